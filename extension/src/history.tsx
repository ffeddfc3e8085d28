// What was published, and the way back.

import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { IRecord, IService } from './api';
import { base, brief } from './format';

interface IProps {
  trans: TranslationBundle;
  history: IRecord[];
  services: IService[];
  busy: boolean;
  rollBack: (publish: string) => void;
}

export function History(props: IProps): JSX.Element {
  const { trans, history } = props;
  return (
    <section aria-label={trans.__('History')}>
      <h2>{trans.__('History')}</h2>
      {!history.length && (
        <p className="nf-hint">
          {trans.__('Nothing was published from here yet. Open a notebook that saves a stage, and press Publish in its toolbar.')}
        </p>
      )}
      <ol className="nf-History">
        {history.map(r => (
          <Entry key={r.id} {...props} record={r} />
        ))}
      </ol>
    </section>
  );
}

/** Whether a record is what answers just now. */
function isCurrent(r: IRecord, services: IService[]): boolean {
  if (r.target === 'cluster') {
    return services.some(s => s.deployed && s.deployed.image === r.image && (!r.namespace || s.deployed.namespace === r.namespace));
  }
  const service = services.find(s => r.target === 'service:' + s.name);
  const pipeline = service?.pipelines?.find(p => p.name === r.pipeline);
  return !!pipeline?.versions?.some(v => v.version === r.version && (v.labels ?? []).includes('stable'));
}

function Entry(props: IProps & { record: IRecord }): JSX.Element {
  const { trans, record, services } = props;
  const current = isCurrent(record, services);
  const rows: [string, string][] = [
    [trans.__('Commit'), [brief(record.commit), record.branch, record.subject].filter(x => x).join(' · ')],
    [trans.__('Notebooks'), record.notebooks.map(base).join(', ')],
    [trans.__('Steps'), (record.steps ?? []).join(', ')],
    [trans.__('Artefact'), record.digest],
    ...(record.image ? [[trans.__('Image'), record.image] as [string, string]] : []),
    ...Object.entries(record.provenance ?? {})
  ];
  return (
    <li className="nf-Record">
      <div>
        <b>{record.pipeline}</b> {record.version}{' '}
        {current && <span className="nf-Label">{trans.__('current')}</span>}
        {record.target && !current && (
          <button
            className="jp-Button jp-mod-styled jp-mod-minimal"
            disabled={props.busy}
            title={trans.__('Deploy %1 again, as it was published', record.version ?? record.pipeline)}
            onClick={() => props.rollBack(record.id)}
          >
            {trans.__('Roll back to this')}
          </button>
        )}
      </div>
      <small>
        <time dateTime={record.when}>{new Date(record.when).toLocaleString()}</time> · {target(trans, record)}
        {record.rolled_back && ' · ' + trans.__('gone back to %1', new Date(record.rolled_back).toLocaleString())}
      </small>
      <details>
        <summary>{trans.__('Provenance')}</summary>
        <dl>
          {rows.map(([name, value]) => (
            <React.Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </React.Fragment>
          ))}
        </dl>
      </details>
    </li>
  );
}

function target(trans: TranslationBundle, record: IRecord): string {
  if (record.target === 'cluster') {
    return trans.__('deployed in %1', record.namespace ?? '');
  }
  if (record.target) {
    return trans.__('loaded by %1', record.target.slice('service:'.length));
  }
  return trans.__('image only');
}
