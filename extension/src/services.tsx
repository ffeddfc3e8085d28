// Services, what they have loaded, and how they are doing.

import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { IFigures, IPipeline, ISample, IService, IVersion } from './api';
import { Bar, ILine, Legend, Lines } from './charts';
import { brief, percent, seconds, short } from './format';

interface IProps {
  trans: TranslationBundle;
  services: IService[];
  cluster: { known: boolean; error: string };
  promote: (service: string, pipeline: string, version: string) => void;
}

export function Services(props: IProps): JSX.Element {
  const { trans, services, cluster } = props;
  return (
    <section aria-label={trans.__('Services')}>
      <h2>{trans.__('Services')}</h2>
      {!services.length && (
        <p className="nf-hint">
          {trans.__(
            'No service is known. Set PIPELINE_URL before JupyterLab starts, or c.Netherfield.services in its configuration; make lab brings one.'
          )}
        </p>
      )}
      {services.map(s => (
        <Service key={s.name} {...props} service={s} />
      ))}
      {cluster.error && <p className="nf-hint">{trans.__('The cluster does not tell all that it has: %1', cluster.error)}</p>}
    </section>
  );
}

/** Names that only machines of the same cluster, or the same machine, know. */
const INSIDE = /^[^.]*$|\.(svc|local|internal)$|\.svc\./;
const HERE = /^(localhost|127\.|\[::1\])/;

/** Whether a browser on a page of one host may reach another. */
function reaches(page: string, host: string): boolean {
  return HERE.test(host) ? HERE.test(page) : !INSIDE.test(host);
}

/** The address of a service: a link to what it has loaded, if the browser may reach it. */
export function Address(props: { service: IService }): JSX.Element {
  const { url, pipelines } = props.service;
  if (!reaches(window.location.hostname, new URL(url).hostname)) {
    return <span>{url}</span>;
  }
  return (
    <a href={`${url.replace(/\/+$/, '')}/${pipelines?.length ? 'pipelines' : 'metrics'}`} target="_blank" rel="noreferrer">
      {url}
    </a>
  );
}

function Service(props: IProps & { service: IService }): JSX.Element {
  const { trans, service } = props;
  const names = (service.pipelines ?? []).map(p => p.name);
  const samples = service.samples ?? [];
  // Services that cannot list their pipelines have figures of one all the same.
  const counted = samples.length ? Object.keys(samples[samples.length - 1].pipelines) : [];
  const pipelines: IPipeline[] = [
    ...(service.pipelines ?? []),
    ...(names.length ? [] : counted.sort().map(name => ({ name, versions: [] })))
  ];
  const state = service.error
    ? trans.__('does not answer')
    : !service.asked
      ? trans.__('is being asked')
      : service.url
        ? trans.__('answers')
        : trans.__('has no address that can be reached from here');
  return (
    <article className="nf-Service" aria-label={trans.__('Service %1', service.name)}>
      <h3>
        <span className={`nf-dot ${service.error ? 'nf-mod-failed' : service.asked ? 'nf-mod-done' : ''}`} aria-hidden="true" />
        {service.name} <small>{state}</small>
      </h3>
      <p className="nf-hint">
        {service.url && <Address service={service} />}
        {service.deployed &&
          ' ' +
            trans.__(
              '%1 in %2, %3 of %4 pods ready, %5',
              service.deployed.kind,
              service.deployed.namespace,
              service.deployed.ready,
              service.deployed.wanted,
              service.deployed.image
            )}
      </p>
      {service.error && <p role="alert">{service.error}</p>}
      {pipelines.map(p => (
        <Pipeline key={p.name} {...props} pipeline={p} samples={samples} />
      ))}
    </article>
  );
}

const NONE: IFigures = { rate: null, p50: null, p90: null, p99: null, shares: null, total: null, baseline: null, drift: null };

function Pipeline(props: IProps & { service: IService; pipeline: IPipeline; samples: ISample[] }): JSX.Element {
  const { trans, pipeline, samples } = props;
  const figures = samples.map(s => s.pipelines[pipeline.name] ?? NONE);
  const now = figures.length ? figures[figures.length - 1] : NONE;
  const at = samples.map(s => s.at);
  const told = (v: number | null, format: (v: number) => string) => (v === null ? trans.__('unknown') : format(v));
  const rate: ILine[] = [{ name: trans.__('requests a second'), values: figures.map(f => f.rate) }];
  const latency: ILine[] = [
    { name: trans.__('median'), values: figures.map(f => f.p50) },
    { name: trans.__('90 %'), values: figures.map(f => f.p90) },
    { name: trans.__('99 %'), values: figures.map(f => f.p99) }
  ];
  return (
    <div className="nf-Pipeline" data-pipeline={pipeline.name}>
      <h4>{trans.__('Pipeline %1', pipeline.name)}</h4>
      <figure className="nf-Rate">
        <figcaption>{trans.__('Requests')}</figcaption>
        <Lines label={trans.__('Requests a second: %1', told(now.rate, short))} at={at} lines={rate} format={short} />
        <Legend lines={rate} format={short} />
      </figure>
      <figure className="nf-Latency">
        <figcaption>{trans.__('Latency, last minute')}</figcaption>
        <Lines
          label={trans.__(
            'Latency: median %1, 90 percent below %2, 99 percent below %3',
            told(now.p50, seconds),
            told(now.p90, seconds),
            told(now.p99, seconds)
          )}
          at={at}
          lines={latency}
          format={seconds}
        />
        <Legend lines={latency} format={seconds} />
      </figure>
      <Predictions trans={trans} figures={now} />
      <Drift trans={trans} figures={now} />
      <Versions {...props} versions={pipeline.versions ?? []} />
    </div>
  );
}

/** Shares of the classes, against those of what the pipeline was trained with. */
function Predictions(props: { trans: TranslationBundle; figures: IFigures }): JSX.Element | null {
  const { trans, figures } = props;
  const { shares, baseline, total } = figures;
  const classes = Array.from(new Set([...Object.keys(total ?? {}), ...Object.keys(baseline ?? {})])).sort();
  if (!classes.length) {
    return null;
  }
  return (
    <figure className="nf-Predictions">
      <figcaption>{trans.__('Predictions, last minute; the mark is the training data')}</figcaption>
      <table>
        <thead className="nf-aloud">
          <tr>
            <th>{trans.__('class')}</th>
            <th>{trans.__('chart')}</th>
            <th>{trans.__('share')}</th>
            <th>{trans.__('in all')}</th>
          </tr>
        </thead>
        <tbody>
          {classes.map(name => {
            const share = shares?.[name];
            const mark = baseline?.[name];
            const label =
              (share === undefined ? trans.__('%1: nothing predicted', name) : trans.__('%1: %2', name, percent(share))) +
              (mark === undefined ? '' : ', ' + trans.__('%1 in training', percent(mark)));
            return (
              <tr key={name}>
                <th scope="row" title={name}>
                  {name}
                </th>
                <td>
                  <Bar label={label} share={share ?? 0} mark={mark} />
                </td>
                <td>{share === undefined ? '–' : percent(share)}</td>
                <td title={trans.__('since the service began')}>{(total?.[name] ?? 0).toLocaleString()}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </figure>
  );
}

/** How far what is scored is from what the pipeline was trained with. */
function Drift(props: { trans: TranslationBundle; figures: IFigures }): JSX.Element | null {
  const { trans, figures } = props;
  const drift = figures.drift ?? [];
  if (!drift.length) {
    return null;
  }
  return (
    <figure className="nf-Drift">
      <figcaption>{trans.__('Drift (PSI) of the last 500 documents; the mark is the limit')}</figcaption>
      <table>
        <tbody>
          {drift.map(d => {
            const scale = Math.max(2 * d.limit, d.psi, 1e-9);
            const name = d.of.replaceAll('_', ' ');
            const verdict = d.detected ? trans.__('drift') : trans.__('no drift');
            return (
              <tr key={`${d.version} ${d.of}`}>
                <th scope="row" title={`${name} ${d.version}`}>
                  {name} <small>{d.version}</small>
                </th>
                <td>
                  <Bar
                    label={trans.__('%1 of version %2: %3, the limit is %4: %5', name, d.version, d.psi.toFixed(3), d.limit.toFixed(3), verdict)}
                    share={d.psi / scale}
                    mark={d.limit / scale}
                    alarm={d.detected}
                  />
                </td>
                <td>{d.psi.toFixed(3)}</td>
                <td>{verdict}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </figure>
  );
}

function Versions(props: IProps & { service: IService; pipeline: IPipeline; versions: IVersion[] }): JSX.Element | null {
  const { trans, service, pipeline, versions } = props;
  if (!versions.length) {
    return null;
  }
  return (
    <table className="nf-Versions">
      <thead>
        <tr>
          <th>{trans.__('Version')}</th>
          <th>{trans.__('Made of')}</th>
          <th>
            <span className="nf-aloud">{trans.__('Action')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {versions.map(v => {
          const stable = (v.labels ?? []).includes('stable');
          const made = v.provenance ?? {};
          return (
            <tr key={v.version}>
              <th scope="row">
                {v.version} {(v.labels ?? []).map(l => (
                  <span key={l} className="nf-Label">
                    {l}
                  </span>
                ))}
                {v.state !== 'loaded' && <small>{v.state}</small>}
              </th>
              <td title={Object.entries(made).map(([k, value]) => `${k}: ${value}`).join('\n')}>
                {made.commit ? trans.__('commit %1', brief(made.commit)) : trans.__('digest %1', brief(v.digest))}
                {made.dirty === 'true' && ' ' + trans.__('and changes')}
              </td>
              <td>
                {service.loads && !stable && (
                  <button
                    className="jp-Button jp-mod-styled jp-mod-minimal"
                    title={trans.__('Have version %1 answer requests that name no version', v.version)}
                    onClick={() => props.promote(service.name, pipeline.name, v.version)}
                  >
                    {trans.__('Make stable')}
                  </button>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
