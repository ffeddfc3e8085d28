// The panel's icon: a house, with a line that goes up.

import { LabIcon } from '@jupyterlab/ui-components';

export const panelIcon = new LabIcon({
  name: 'netherfield:panel',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M12 2 2 10h2.5v11h15V10H22zm0 2.6 5.5 4.4v10h-11V9z"/>
  <path class="jp-icon3" fill="#616161" d="m8 16.6 2.8-3.4 2 1.8 2.8-3.7 1 .8-3.6 4.8-2-1.8-2 2.3z"/>
</svg>`
});
