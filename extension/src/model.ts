// What the panel knows, kept up to date while somebody looks.

import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { Api, IEvent, IJob, IRecord, ISample, IService } from './api';

/** How many samples of a service are kept: five minutes of them. */
const KEPT = 300;

/** The pauses before the stream is asked for again, in milliseconds. */
const FIRST_PAUSE = 300;
const LAST_PAUSE = 10_000;

export class Model implements IDisposable {
  constructor(readonly api: Api) {}

  services: IService[] = [];
  cluster = { known: false, error: '' };
  jobs: IJob[] = [];
  history: IRecord[] = [];
  /** Whether it is told what changes; why not, if that has failed. */
  connected = false;
  lost = '';

  /** Emitted when any of these has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Watch, or stop watching: nobody is asked for what nobody sees. */
  watch(on: boolean): void {
    if (on === this._watching || this.isDisposed) {
      return;
    }
    this._watching = on;
    if (on) {
      void this.follow();
    } else {
      this._abort?.abort();
    }
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this.watch(false);
    this._disposed = true;
    Signal.clearData(this);
  }

  /** Follow the stream, and again when it breaks off, for as long as it is watched. */
  private async follow(): Promise<void> {
    let pause = FIRST_PAUSE;
    const abort = (this._abort = new AbortController());
    const wanted = () => this._watching && this._abort === current;
    let current = abort;
    while (wanted()) {
      let why = '';
      try {
        for await (const event of this.api.events(current)) {
          if (!wanted()) {
            break;
          }
          pause = FIRST_PAUSE;
          this.take(event);
        }
      } catch (error) {
        why = error instanceof Error && error.name !== 'AbortError' ? error.message : '';
      }
      if (!wanted()) {
        break;
      }
      this.connected = false;
      this.lost = why || 'the connection broke off';
      this._changed.emit();
      await new Promise(resolve => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
      pause = Math.min(2 * pause, LAST_PAUSE);
      if (wanted()) {
        current = this._abort = new AbortController();
      }
    }
    if (this._abort === current) {
      this.connected = false;
      this._changed.emit();
    }
  }

  private take({ name, data }: IEvent): void {
    switch (name) {
      case 'state':
        this.connected = true;
        this.lost = '';
        this.services = (data.services ?? []).map((s: IService) => {
          const before = this.services.find(other => other.name === s.name && other.url === s.url);
          return { ...s, samples: joined(before?.samples ?? [], s.samples ?? []) };
        });
        this.cluster = data.cluster;
        this.jobs = data.jobs;
        this.history = data.history;
        break;
      case 'service': {
        const before = this.services.find(s => s.name === data.name);
        const now = { ...data, samples: before?.samples ?? [] };
        this.services = before
          ? this.services.map(s => (s === before ? now : s))
          : [...this.services, now].sort((a, b) => a.name.localeCompare(b.name));
        break;
      }
      case 'sample':
        this.services = this.services.map(s =>
          s.name === data.service ? { ...s, samples: joined(s.samples ?? [], [data.sample]) } : s
        );
        break;
      case 'gone':
        this.services = this.services.filter(s => s.name !== data.service);
        break;
      case 'cluster':
        this.cluster = { known: true, error: data.error };
        break;
      case 'job':
        this.jobs = [data, ...this.jobs.filter(j => j.id !== data.id)].sort((a, b) => b.began.localeCompare(a.began));
        break;
      case 'history':
        this.history = data;
        break;
    }
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _abort: AbortController | null = null;
  private _watching = false;
  private _disposed = false;
}

/** Puts later samples behind earlier ones, each of them once. */
function joined(before: ISample[], after: ISample[]): ISample[] {
  const last = before.length ? before[before.length - 1].at : 0;
  return [...before, ...after.filter(s => s.at > last)].slice(-KEPT);
}
