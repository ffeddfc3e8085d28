// Numbers as people read them.

/** Bytes with a unit: 12 MB. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${n < 10 && i > 0 ? n.toFixed(1) : n.toFixed(0)} ${units[i]}`;
}

/** Seconds with a unit: 3.2 ms. */
export function seconds(s: number): string {
  if (s < 1e-3) {
    return `${(s * 1e6).toFixed(0)} µs`;
  }
  if (s < 1) {
    return `${short(s * 1e3)} ms`;
  }
  return `${short(s)} s`;
}

/** A number with two or three digits. */
export function short(v: number): string {
  return v === 0 ? '0' : v < 10 ? v.toFixed(1) : v.toFixed(0);
}

export function percent(v: number): string {
  return `${(100 * v).toFixed(1)} %`;
}

/** A commit or digest, shortened as git does. */
export function brief(hash: string): string {
  return hash.slice(0, 8);
}

/** The last part of a path. */
export function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
