import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
const plugin: JupyterFrontEndPlugin<void> = { id: 'netherfield-lab:panel', autoStart: true, optional: [ILauncher, INotebookTracker, IStatusBar], activate: (app: JupyterFrontEnd) => { console.log('x'); } };
export default plugin;
