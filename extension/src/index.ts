// Netherfield in JupyterLab: what is added to it.

import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { Api } from './api';
import { panelIcon } from './icons';
import { Model } from './model';
import { Panel } from './panel';
import { KernelStatus, KernelStatusModel } from './status';

/** The domain of our texts, for language packs. */
const DOMAIN = 'netherfield_lab';

const SETTINGS = 'netherfield-lab:panel';

const OPEN = 'netherfield:open';
const PUBLISH = 'netherfield:publish';

/** The side panel, its launcher card, and the button of notebooks. */
const panel: JupyterFrontEndPlugin<void> = {
  id: SETTINGS,
  description: 'Shows pipeline services beside the notebook, and publishes notebooks.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ITranslator, ISettingRegistry, ILauncher, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    translator: ITranslator | null,
    registry: ISettingRegistry | null,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const contents = app.serviceManager.contents;
    let settings: ISettingRegistry.ISettings | null = null;
    const widget = new Panel({
      model: new Model(new Api(app.serviceManager.serverSettings)),
      trans,
      settings: () => ({
        registry: (settings?.composite.registry as string) ?? '',
        insecure: (settings?.composite.insecureRegistry as boolean) ?? false
      }),
      save: async paths => {
        const open = notebooks.filter(n => paths.includes(contents.localPath(n.context.path)));
        await Promise.all(open.filter(n => n.context.model.dirty).map(n => n.context.save()));
      }
    });
    app.shell.add(widget, 'left', { rank: 650, type: 'Netherfield' });
    restorer?.add(widget, widget.id);
    void registry?.load(SETTINGS).then(
      loaded => {
        settings = loaded;
        loaded.changed.connect(() => widget.update());
        widget.update();
      },
      reason => console.error('The settings of Netherfield cannot be read.', reason)
    );

    app.commands.addCommand(OPEN, {
      label: trans.__('Pipelines'),
      caption: trans.__('Show pipeline services, jobs and what was published'),
      icon: panelIcon,
      execute: () => app.shell.activateById(widget.id)
    });
    app.commands.addCommand(PUBLISH, {
      label: trans.__('Publish'),
      caption: trans.__('Publish this notebook as a pipeline service'),
      isEnabled: () => notebooks.currentWidget !== null,
      execute: () => {
        const current = notebooks.currentWidget;
        if (current) {
          app.shell.activateById(widget.id);
          widget.publish(contents.localPath(current.context.path));
        }
      }
    });
    notebooks.currentChanged.connect(() => app.commands.notifyCommandChanged(PUBLISH));
    launcher?.add({ command: OPEN, category: trans.__('Netherfield'), rank: 1 });
    for (const command of [OPEN, PUBLISH]) {
      palette?.addItem({ command, category: trans.__('Netherfield') });
    }
  }
};

/** The item in the status bar. */
const status: JupyterFrontEndPlugin<void> = {
  id: 'netherfield-lab:kernel-status',
  description: 'Shows how the last Go cell ran, the memory of the worker and the compile cache.',
  autoStart: true,
  requires: [INotebookTracker, IStatusBar],
  optional: [ITranslator, ISettingRegistry],
  activate: (
    _: JupyterFrontEnd,
    notebooks: INotebookTracker,
    bar: IStatusBar,
    translator: ITranslator | null,
    registry: ISettingRegistry | null
  ) => {
    const model = new KernelStatusModel(notebooks);
    const item = new KernelStatus(model, (translator ?? nullTranslator).load(DOMAIN));
    bar.registerStatusItem('netherfield-lab:kernel-status', {
      item,
      align: 'left',
      rank: 3,
      isActive: () => model.status !== null,
      activeStateChanged: model.stateChanged
    });
    void registry?.load(SETTINGS).then(
      settings => {
        const take = () => {
          model.enabled = settings.composite.kernelStatus !== false;
        };
        settings.changed.connect(take);
        take();
      },
      reason => console.error('The settings of Netherfield cannot be read.', reason)
    );
  }
};

export default [panel, status];
