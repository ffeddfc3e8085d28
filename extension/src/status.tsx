// The status bar's item: how the last cell ran, the worker's memory, the compile cache.

import { INotebookTracker } from '@jupyterlab/notebook';
import { Kernel, KernelMessage } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { Throttler } from '@lumino/polling';
import { VDomModel, VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import { bytes } from './format';

/** What only our kernel tells, in its usage_reply. */
export interface IKernelStatus {
  tier: string;
  why: string;
  compiler: string;
  memory: number;
  memory_limit: number;
  cache: number;
  cache_limit: number;
}

/** How long to wait for a kernel, in milliseconds. */
const PATIENCE = 5_000;

/** Asks a kernel; null if it is none of ours, or says nothing. */
async function askKernel(kernel: Kernel.IKernelConnection): Promise<IKernelStatus | null> {
  const late = new Promise<null>(resolve => setTimeout(() => resolve(null), PATIENCE));
  const info = await Promise.race([kernel.info, late]);
  if (info?.implementation !== 'netherfield' || kernel.isDisposed) {
    return null;
  }
  // The protocol's types do not have this message, which resource monitors send.
  const request = KernelMessage.createMessage<any>({
    msgType: 'usage_request',
    channel: 'control',
    session: kernel.clientId,
    username: kernel.username,
    content: {}
  });
  const future = kernel.sendControlMessage(request, true, true);
  const reply = await Promise.race([future.done, late]);
  if (!reply) {
    future.dispose();
    return null;
  }
  return (reply.content as any).netherfield ?? null;
}

/** How far apart a kernel is asked at least, in milliseconds: cells may come fast. */
const APART = 300;

/** The status of the kernel of the notebook that is worked in. */
export class KernelStatusModel extends VDomModel {
  constructor(private readonly tracker: INotebookTracker) {
    super();
    tracker.currentChanged.connect(this.follow, this);
    this.follow();
  }

  status: IKernelStatus | null = null;

  /** Whether it is to be shown at all. */
  get enabled(): boolean {
    return this._enabled;
  }
  set enabled(on: boolean) {
    this._enabled = on;
    this.askSoon();
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.tracker.currentChanged.disconnect(this.follow, this);
      this.leave();
      this._asking.dispose();
    }
    super.dispose();
  }

  /** Follow the notebook that is worked in now. */
  private follow(): void {
    const next = this.tracker.currentWidget?.sessionContext ?? null;
    if (next !== this._followed) {
      this.leave();
      this._followed = next;
      next?.iopubMessage.connect(this.onMessage, this);
      next?.kernelChanged.connect(this.askSoon, this);
      next?.connectionStatusChanged.connect(this.askSoon, this);
    }
    this.askSoon();
  }

  private leave(): void {
    const last = this._followed;
    if (last && !last.isDisposed) {
      last.iopubMessage.disconnect(this.onMessage, this);
      last.kernelChanged.disconnect(this.askSoon, this);
      last.connectionStatusChanged.disconnect(this.askSoon, this);
    }
    this._followed = null;
  }

  private askSoon(): void {
    // It is rejected when this is disposed of, which is no news.
    this._asking.invoke().catch(() => undefined);
  }

  /** When a cell has run there is something new; no clock is needed. What is asked here makes
   * the kernel busy and idle too, and must not have it asked again. */
  private onMessage(_: unknown, message: KernelMessage.IMessage): void {
    const { msg_type: of } = message.parent_header as Partial<KernelMessage.IHeader>;
    if (KernelMessage.isStatusMsg(message) && message.content.execution_state === 'idle' && (of === 'execute_request' || of === 'comm_msg')) {
      this.askSoon();
    }
  }

  private async ask(): Promise<void> {
    const kernel = this._enabled && !this._followed?.isDisposed ? this._followed?.session?.kernel : null;
    const status = kernel ? await askKernel(kernel).catch(() => null) : null;
    if (!this.isDisposed) {
      this.status = status;
      this.stateChanged.emit();
    }
  }

  private _followed: NonNullable<INotebookTracker['currentWidget']>['sessionContext'] | null = null;
  private _enabled = true;
  private _asking = new Throttler(() => this.ask(), { limit: APART, edge: 'trailing' });
}

export class KernelStatus extends VDomRenderer<KernelStatusModel> {
  constructor(
    model: KernelStatusModel,
    private readonly trans: TranslationBundle
  ) {
    super(model);
    this.addClass('nf-KernelStatus');
  }

  protected render(): JSX.Element | null {
    const s = this.model?.status;
    if (!s) {
      return null;
    }
    const { trans } = this;
    const tier =
      s.tier === 'compiled' ? trans.__('compiled') : s.tier === 'interpreted' ? trans.__('interpreted') : trans.__('ready');
    const limit = s.memory_limit ? trans.__('%1 of %2', bytes(s.memory), bytes(s.memory_limit)) : bytes(s.memory);
    this.node.title = [
      s.tier ? trans.__('The last cell was %1: %2', tier, s.why) : trans.__('No cell has run yet'),
      trans.__('Memory of the worker: %1', limit),
      trans.__('Compiled cells on disk: %1 of %2', bytes(s.cache), bytes(s.cache_limit)),
      ...(s.compiler ? [trans.__('Cells cannot be compiled: %1', s.compiler)] : [])
    ].join('\n');
    return (
      <span className="jp-StatusBar-TextItem" role="status">
        {trans.__('Go: %1 · %2 · cache %3', tier, bytes(s.memory), bytes(s.cache))}
      </span>
    );
  }
}
