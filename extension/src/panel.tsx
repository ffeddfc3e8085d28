// The side panel.

import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import * as React from 'react';

import { History } from './history';
import { panelIcon } from './icons';
import { Jobs } from './jobs';
import { Model } from './model';
import { Publish } from './publish';
import { Services } from './services';

export interface IPanelOptions {
  model: Model;
  trans: TranslationBundle;
  /** What the settings say now. */
  settings: () => { registry: string; insecure: boolean };
  save: (notebooks: string[]) => Promise<void>;
}

/** Services, jobs, history, and the form that publishes. It watches while it is seen. */
export class Panel extends ReactWidget {
  constructor(private readonly options: IPanelOptions) {
    super();
    this.id = 'netherfield-panel';
    this.title.icon = panelIcon;
    this.title.caption = options.trans.__('Netherfield: pipelines and publishing');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.caption);
    this.addClass('nf-Panel');
    document.addEventListener('visibilitychange', this.look);
  }

  /** Show the form for a notebook. */
  publish(notebook: string): void {
    this.notebook = notebook;
    this.asked++;
    this.update();
  }

  dispose(): void {
    if (!this.isDisposed) {
      document.removeEventListener('visibilitychange', this.look);
      this.options.model.watch(false);
    }
    super.dispose();
  }

  /** Who comes by a key is to go on from here. */
  protected onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    if (!this.node.contains(document.activeElement)) {
      this.node.focus();
    }
  }

  protected onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.look();
  }

  protected onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.look();
  }

  protected onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this.look();
  }

  protected onBeforeDetach(msg: Message): void {
    this.options.model.watch(false);
    super.onBeforeDetach(msg);
  }

  protected render(): JSX.Element {
    return <UseSignal signal={this.options.model.changed}>{() => this.content()}</UseSignal>;
  }

  private content(): JSX.Element {
    const { model, trans } = this.options;
    const { registry, insecure } = this.options.settings();
    const busy = model.jobs.some(j => j.state === 'running');
    const quietly = (does: Promise<unknown>) =>
      void does.then(
        () => this.complain(''),
        e => this.complain(e.message)
      );
    return (
      <>
        {!model.connected && (
          <p className="nf-hint" role="status">
            {model.lost ? trans.__('Connecting again: %1', model.lost) : trans.__('Connecting…')}
          </p>
        )}
        {this.complaint && (
          <pre className="nf-Error" role="alert">
            {this.complaint}
          </pre>
        )}
        {this.notebook && model.connected && (
          <Publish
            key={this.notebook}
            trans={trans}
            api={model.api}
            notebook={this.notebook}
            asked={this.asked}
            services={model.services}
            cluster={model.cluster.known}
            history={model.history}
            busy={busy}
            registry={registry}
            insecure={insecure}
            save={this.options.save}
            close={() => {
              this.notebook = '';
              this.update();
            }}
          />
        )}
        <Jobs trans={trans} jobs={model.jobs} services={model.services} cancel={id => quietly(model.api.cancel(id))} />
        <Services
          trans={trans}
          services={model.services}
          cluster={model.cluster}
          promote={(s, p, v) => quietly(model.api.promote(s, p, v))}
        />
        <History
          trans={trans}
          history={model.history}
          services={model.services}
          busy={busy}
          rollBack={id => quietly(model.api.rollBack(id))}
        />
      </>
    );
  }

  private complain(why: string): void {
    if (this.complaint !== why) {
      this.complaint = why;
      this.update();
    }
  }

  private look = (): void => this.options.model.watch(this.isVisible && document.visibilityState !== 'hidden');

  private notebook = '';
  private asked = 0;
  private complaint = '';
}
