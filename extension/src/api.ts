// What the server's part is asked, and what it answers.

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** A version of a pipeline that a service has loaded. */
export interface IVersion {
  version: string;
  state: string;
  digest: string;
  labels: string[] | null;
  share: number;
  steps: string[] | null;
  watched: boolean;
  provenance: Record<string, string> | null;
}

export interface IPipeline {
  name: string;
  versions: IVersion[] | null;
}

export interface IDrift {
  version: string;
  of: string;
  psi: number;
  limit: number;
  detected: boolean;
}

/** How a pipeline was doing at one moment; null is unknown. Times are in seconds. */
export interface IFigures {
  rate: number | null;
  p50: number | null;
  p90: number | null;
  p99: number | null;
  shares: Record<string, number> | null;
  total: Record<string, number> | null;
  baseline: Record<string, number> | null;
  drift: IDrift[] | null;
}

export interface ISample {
  /** Milliseconds since 1970. */
  at: number;
  pipelines: Record<string, IFigures>;
}

export interface IService {
  name: string;
  url: string;
  origin: 'environment' | 'configured' | 'cluster';
  /** Pipelines can be loaded there. */
  loads: boolean;
  deployed?: { name: string; kind: string; namespace: string; image: string; ready: number; wanted: number };
  error?: string;
  retry?: string;
  asked: boolean;
  pipelines: IPipeline[] | null;
  samples: ISample[] | null;
}

export type State = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

export interface IStep {
  name: string;
  state: State;
  what?: string;
  done: number;
  total: number;
}

export interface IJob {
  id: string;
  kind: string;
  title: string;
  state: State;
  began: string;
  ended?: string;
  steps: IStep[];
  log: string[];
  error?: string;
  result?: unknown;
}

/** A publish that has succeeded. */
export interface IRecord {
  id: string;
  when: string;
  seconds: number;
  pipeline: string;
  notebooks: string[];
  commit: string;
  branch: string;
  subject: string;
  digest: string;
  steps: string[] | null;
  provenance: Record<string, string> | null;
  image?: string;
  target?: string;
  version?: string;
  namespace?: string;
  rolled_back?: string;
  kept: boolean;
}

export interface IProblem {
  severity: 'error' | 'warning' | 'note';
  cell: number;
  message: string;
}

export interface IPlan {
  notebooks: { path: string; stage: boolean; cells: number; problems: IProblem[] }[];
  stages: string[];
  repository?: { root: string; commit: string; branch: string; changes: { path: string; what: string }[]; strips: boolean };
  repository_error?: string;
}

/** What a publish is asked with. */
export interface IPublish {
  notebooks: string[];
  pipeline: string;
  image: string;
  insecure: boolean;
  target: string;
  message: string;
}

/** An event of the stream: its name, and what it tells. */
export interface IEvent {
  name: string;
  data: any;
}

/** How long a stream may be silent before it is taken for dead, in milliseconds. */
const SILENCE = 25_000;

/** Asks the server's part. Errors say what it has said. */
export class Api {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  plan(notebooks: string[]): Promise<IPlan> {
    return this.ask('plan', 'POST', { notebooks });
  }

  async manifests(pipeline: string, image: string): Promise<string> {
    const query = URLExt.objectToQueryString({ pipeline, image });
    return (await this.ask<{ manifests: string }>('manifests' + query, 'GET')).manifests;
  }

  publish(request: IPublish): Promise<IJob> {
    return this.ask('jobs', 'POST', { kind: 'publish', ...request });
  }

  preflight(notebooks: string[]): Promise<IJob> {
    return this.ask('jobs', 'POST', { kind: 'preflight', notebooks });
  }

  rollBack(publish: string): Promise<IJob> {
    return this.ask('jobs', 'POST', { kind: 'rollback', publish });
  }

  cancel(job: string): Promise<void> {
    return this.ask('jobs/' + encodeURIComponent(job), 'DELETE');
  }

  promote(service: string, pipeline: string, version: string): Promise<void> {
    return this.ask('promote', 'POST', { service, pipeline, version });
  }

  /** Yields events until the stream ends, which is an error unless it was aborted. */
  async *events(abort: AbortController): AsyncGenerator<IEvent> {
    const response = await this.request('events', { signal: abort.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const timer = setTimeout(() => abort.abort(), SILENCE);
      const { value, done } = await reader.read().finally(() => clearTimeout(timer));
      if (done) {
        return;
      }
      text += value;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const event = parseEvent(text.slice(0, end));
        text = text.slice(end + 2);
        if (event) {
          yield event;
        }
      }
    }
  }

  private async ask<T>(path: string, method: string, body?: unknown): Promise<T> {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    return (await this.request(path, init)).json();
  }

  private async request(path: string, init: RequestInit): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, 'netherfield/api', path);
    const response = await ServerConnection.makeRequest(url, { cache: 'no-store', ...init }, this.settings);
    if (!response.ok) {
      const answer = await response.json().catch(() => ({}));
      throw new Error(answer.error || answer.message || `${response.status} ${response.statusText}`);
    }
    return response;
  }
}

/** Reads one event, as servers send them; null for a sign of life. */
function parseEvent(text: string): IEvent | null {
  let name = 'message';
  const data: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('event: ')) {
      name = line.slice(7);
    } else if (line.startsWith('data: ')) {
      data.push(line.slice(6));
    }
  }
  return data.length ? { name, data: JSON.parse(data.join('\n')) } : null;
}
