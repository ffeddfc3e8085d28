// Jobs under way, and how they ended.

import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { IJob, IRecord, IService, IStep, State } from './api';
import { Address } from './services';

interface IProps {
  trans: TranslationBundle;
  jobs: IJob[];
  services: IService[];
  cancel: (job: string) => void;
}

/** How many of the jobs are shown. */
const SHOWN = 5;

export function Jobs(props: IProps): JSX.Element | null {
  const { trans, jobs } = props;
  const newest = jobs[0]?.id;
  const seen = React.useRef(newest);
  const section = React.useRef<HTMLElement>(null);
  // Who starts a job wants to see it; the form above it may be long.
  React.useEffect(() => {
    if (newest !== seen.current) {
      seen.current = newest;
      section.current?.querySelector('article')?.scrollIntoView({ block: 'nearest' });
    }
  }, [newest]);
  if (!jobs.length) {
    return null;
  }
  return (
    <section ref={section} aria-label={trans.__('Jobs')}>
      <h2>{trans.__('Jobs')}</h2>
      {jobs.slice(0, SHOWN).map((j, i) => (
        <Job key={j.id} {...props} job={j} open={i === 0} />
      ))}
    </section>
  );
}

/** What a state is called. */
function stateText(trans: TranslationBundle, state: State): string {
  switch (state) {
    case 'waiting':
      return trans.__('waiting');
    case 'running':
      return trans.__('running');
    case 'done':
      return trans.__('done');
    case 'failed':
      return trans.__('failed');
    case 'cancelled':
      return trans.__('cancelled');
  }
}

/** What a step is called. */
function stepText(trans: TranslationBundle, name: string): string {
  switch (name) {
    case 'check':
      return trans.__('Check the repository');
    case 'commit':
      return trans.__('Commit');
    case 'build':
      return trans.__('Run the notebooks');
    case 'push':
      return trans.__('Push the image');
    case 'deploy':
      return trans.__('Deploy');
    default:
      return name;
  }
}

function Job(props: IProps & { job: IJob; open: boolean }): JSX.Element {
  const { trans, job } = props;
  const seconds = job.ended ? (Date.parse(job.ended) - Date.parse(job.began)) / 1000 : 0;
  return (
    <article className={`nf-Job nf-mod-${job.state}`} aria-label={job.title}>
      <h3>
        <span className={`nf-dot nf-mod-${job.state}`} aria-hidden="true" />
        {job.title}{' '}
        <small role="status">
          {stateText(trans, job.state)}
          {job.ended && ', ' + trans.__('%1 s', seconds.toFixed(1))}
        </small>
        {job.state === 'running' && (
          <button className="jp-Button jp-mod-styled jp-mod-warn" onClick={() => props.cancel(job.id)}>
            {trans.__('Cancel')}
          </button>
        )}
      </h3>
      {props.open && (
        <ol className="nf-Steps">
          {job.steps.map(s => (
            <Step key={s.name} trans={trans} step={s} />
          ))}
        </ol>
      )}
      {job.error && (
        <pre className="nf-Error" role="alert">
          {job.error}
        </pre>
      )}
      {job.state === 'done' && job.kind !== 'preflight' && <Published {...props} record={job.result as IRecord} />}
      {job.log.length > 0 && (
        <details>
          <summary>{trans.__('Log')}</summary>
          <pre>{job.log.join('\n')}</pre>
        </details>
      )}
    </article>
  );
}

/** Where to find what was published. */
function Published(props: IProps & { record: IRecord }): JSX.Element {
  const { trans, record } = props;
  const service = serviceOf(record, props.services);
  return (
    <ul className="nf-Published">
      {service?.url && (
        <li>
          {trans.__('Served at')} <Address service={service} />
        </li>
      )}
      {record.image && (
        <li>
          {trans.__('Image')} <code>{record.image}</code>
        </li>
      )}
    </ul>
  );
}

/** The service that serves what was published, if it is known. */
function serviceOf(record: IRecord, services: IService[]): IService | undefined {
  if (record.target === 'cluster') {
    return services.find(s => s.deployed && s.deployed.name === record.pipeline && s.deployed.namespace === record.namespace);
  }
  return services.find(s => record.target === 'service:' + s.name);
}

function Step(props: { trans: TranslationBundle; step: IStep }): JSX.Element {
  const { trans, step } = props;
  const name = stepText(trans, step.name);
  return (
    <li className={`nf-Step nf-mod-${step.state}`} data-step={step.name} data-state={step.state}>
      <span className={`nf-dot nf-mod-${step.state}`} aria-hidden="true" />
      {name} <small>{stateText(trans, step.state)}</small>
      {step.state === 'running' && (
        <>
          <progress aria-label={name} value={step.total > 0 ? step.done : undefined} max={step.total > 0 ? step.total : undefined} />
          {step.what && <small className="nf-what">{step.what}</small>}
        </>
      )}
    </li>
  );
}
