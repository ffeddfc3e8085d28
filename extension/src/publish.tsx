// From notebooks to a pipeline: what is chosen, what is still missing, and the button.

import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Api, IPlan, IProblem, IPublish, IRecord, IService } from './api';
import { base } from './format';

export interface IPublishProps {
  trans: TranslationBundle;
  api: Api;
  /** The notebook that is to be published, relative to the root; and how often it was asked for. */
  notebook: string;
  asked: number;
  services: IService[];
  cluster: boolean;
  history: IRecord[];
  busy: boolean;
  registry: string;
  insecure: boolean;
  /** Saves notebooks that are open, so that what is seen is what is published. */
  save: (notebooks: string[]) => Promise<void>;
  close: () => void;
}

/** A name that services and images take, of that of a folder or a notebook. */
function pipelineName(text: string): string {
  return text
    .toLowerCase()
    .replace(/\.ipynb$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '')
    .slice(0, 63);
}

export function Publish(props: IPublishProps): JSX.Element {
  const { trans, api, notebook, services } = props;
  const loading = services.filter(s => s.loads);
  const last = props.history.find(r => r.notebooks.includes(notebook));
  const [chosen, choose] = React.useState<string[]>(last?.notebooks ?? [notebook]);
  // What nobody has typed yet is what is known by now: services and settings may come later.
  const [typed, type] = React.useState<Partial<Pick<IPublish, 'pipeline' | 'image' | 'insecure' | 'target'>>>({});
  const registry = props.registry.replace(/\/+$/, '');
  const pipeline = typed.pipeline ?? last?.pipeline ?? loading[0]?.pipelines?.[0]?.name ?? (pipelineName(base(notebook)) || 'pipeline');
  const image = typed.image ?? imageOf(last) ?? (registry && `${registry}/${pipeline}:latest`);
  const insecure = typed.insecure ?? props.insecure;
  const target = typed.target ?? (last ? (last.target ?? '') : loading.length ? 'service:' + loading[0].name : '');
  const [message, setMessage] = React.useState('');
  const [plan, setPlan] = React.useState<IPlan | null>(null);
  const [error, setError] = React.useState('');
  const [manifests, setManifests] = React.useState('');
  const [round, again] = React.useReducer((n: number) => n + 1, 0);
  const heading = React.useRef<HTMLHeadingElement>(null);

  React.useEffect(() => heading.current?.focus(), [props.asked]);
  React.useEffect(() => {
    let here = true;
    api
      .plan(chosen.length ? chosen : [notebook])
      .then(p => here && (setPlan(p), setError('')))
      .catch(e => here && setError(e.message));
    return () => {
      here = false;
    };
    // What was changed since is looked at when the form is asked for again, and after a job.
  }, [chosen.join('\n'), notebook, props.asked, props.busy, round]);

  const changes = plan?.repository?.changes ?? [];
  const committed = plan !== null && !changes.length;
  // A message is kept until there is nothing left that it is for: a commit may fail.
  React.useEffect(() => {
    if (committed) {
      setMessage('');
    }
  }, [committed]);

  const request: IPublish = { notebooks: chosen, pipeline, image: image.trim(), insecure, target, message: message.trim() };
  const start = async (job: () => Promise<unknown>) => {
    setError('');
    try {
      await props.save(chosen);
      await job();
    } catch (e) {
      setError(e instanceof Error ? e.message : String(e));
    }
    again();
  };
  const candidates = Array.from(new Set([...(plan?.stages ?? []), ...chosen]));
  const toggle = (path: string) => choose(chosen.includes(path) ? chosen.filter(p => p !== path) : [...chosen, path]);

  return (
    <section className="nf-Publish" aria-label={trans.__('Publish')}>
      <h2 ref={heading} tabIndex={-1}>
        {trans.__('Publish')}
        <button className="jp-Button jp-mod-styled jp-mod-minimal" onClick={props.close} aria-label={trans.__('Close the form')}>
          ×
        </button>
      </h2>
      <form
        onSubmit={e => {
          e.preventDefault();
          void start(() => api.publish(request));
        }}
      >
        <fieldset>
          <legend>{trans.__('Notebooks whose stages make the pipeline, in the order you choose them')}</legend>
          {candidates.map(path => (
            <label key={path} className="nf-Choice">
              <input type="checkbox" checked={chosen.includes(path)} onChange={() => toggle(path)} />
              <span className="nf-number">{chosen.includes(path) ? chosen.indexOf(path) + 1 : ''}</span> {base(path)}
            </label>
          ))}
        </fieldset>
        <Findings trans={trans} plan={plan} chosen={chosen} />
        <label>
          {trans.__('Pipeline')}
          <input className="jp-mod-styled" name="pipeline" value={pipeline} onChange={e => type({ ...typed, pipeline: e.target.value })} required />
        </label>
        <label>
          {trans.__('Image (empty for none)')}
          <input
            className="jp-mod-styled"
            name="image"
            value={image}
            placeholder={trans.__('registry.example.com/team/%1:1', pipeline)}
            onChange={e => type({ ...typed, image: e.target.value })}
          />
        </label>
        {image && (
          <label className="nf-Choice">
            <input type="checkbox" name="insecure" checked={insecure} onChange={e => type({ ...typed, insecure: e.target.checked })} />
            {trans.__('The registry has no TLS')}
          </label>
        )}
        <label>
          {trans.__('Deploy to')}
          <select className="jp-mod-styled" name="target" value={target} onChange={e => type({ ...typed, target: e.target.value })}>
            <option value="">{trans.__('nowhere: only the image')}</option>
            {loading.map(s => (
              <option key={s.name} value={'service:' + s.name}>
                {trans.__('service %1', s.name)}
              </option>
            ))}
            {props.cluster && <option value="cluster">{trans.__('the cluster')}</option>}
          </select>
        </label>
        {plan?.repository_error && <p role="alert">{plan.repository_error}</p>}
        {changes.length > 0 && (
          <div className="nf-Changes">
            <p>
              {trans._n(
                'The repository has a change that no commit has. Give a message to have it committed:',
                'The repository has %1 changes that no commit has. Give a message to have them all committed:',
                changes.length
              )}
            </p>
            <ul>
              {changes.slice(0, 20).map(c => (
                <li key={c.path}>
                  {c.path} <small>{c.what}</small>
                </li>
              ))}
              {changes.length > 20 && <li>{trans.__('and %1 more', changes.length - 20)}</li>}
            </ul>
            <label>
              {trans.__('Message of the commit')}
              <input className="jp-mod-styled" name="message" value={message} onChange={e => setMessage(e.target.value)} />
            </label>
            {changes.some(c => c.path.endsWith('.ipynb')) && !plan?.repository?.strips && (
              <p className="nf-hint">
                {trans.__('Outputs of notebooks will be in the commit. The command netherfield git-setup, once in a repository, keeps them out.')}
              </p>
            )}
          </div>
        )}
        {error && (
          <pre className="nf-Error" role="alert">
            {error}
          </pre>
        )}
        <div className="nf-buttons">
          <button
            type="button"
            className="jp-Button jp-mod-styled jp-mod-reject"
            disabled={props.busy || !chosen.length}
            title={trans.__('Run the notebooks from top to bottom in a clean kernel, and keep nothing')}
            onClick={() => void start(() => api.preflight(chosen))}
          >
            {trans.__('Try a clean run')}
          </button>
          <button type="submit" className="jp-Button jp-mod-styled jp-mod-accept" disabled={props.busy || !chosen.length}>
            {changes.length > 0 && message.trim() ? trans.__('Commit and publish') : trans.__('Publish')}
          </button>
        </div>
      </form>
      {image && (
        <details
          onToggle={e => {
            if (e.currentTarget.open) {
              api.manifests(pipeline, image.trim()).then(setManifests, err => setManifests(err.message));
            }
          }}
        >
          <summary>{trans.__('What a cluster would be given')}</summary>
          <pre className="nf-Manifests">{manifests}</pre>
        </details>
      )}
    </section>
  );
}

/** The name that an image was published by, without its digest: there is none to repeat. */
function imageOf(record: IRecord | undefined): string | undefined {
  if (!record) {
    return undefined;
  }
  const name = (record.image ?? '').replace(/@sha256:.*$/, '');
  return name && `${name}:latest`;
}

/** What was found in the notebooks. */
function Findings(props: { trans: TranslationBundle; plan: IPlan | null; chosen: string[] }): JSX.Element | null {
  const { trans, plan, chosen } = props;
  if (!plan) {
    return null;
  }
  const found = plan.notebooks.filter(n => chosen.includes(n.path));
  const severity = (p: IProblem) =>
    p.severity === 'error' ? trans.__('error') : p.severity === 'warning' ? trans.__('warning') : trans.__('note');
  return (
    <ul className="nf-Findings" aria-label={trans.__('Findings')}>
      {found.map(n => (
        <li key={n.path}>
          {base(n.path)}:{' '}
          {n.stage
            ? trans._n('one cell, saves a stage', '%1 cells, saves a stage', n.cells)
            : trans.__('saves no stage')}
          {n.problems.length > 0 && (
            <ul>
              {n.problems.map((p, i) => (
                <li key={i} className={`nf-Problem nf-mod-${p.severity}`}>
                  <b>{severity(p)}</b> {p.cell > 0 && trans.__('cell %1: ', p.cell)}
                  {p.message}
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}
