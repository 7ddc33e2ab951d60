import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { variables } from '@/platform/env'
import { inRoot } from '../process/project-root'
import { COMMANDS } from './release'

/** The files of docs/deploy that nobody runs here say what the product takes: its variables, commands, addresses, port and times. */

const deploy = inRoot('docs/deploy')
const read = (name: string) => fs.readFileSync(path.join(deploy, name), 'utf8')
const known = new Set(variables())
/** Of the images beside ours, and of nobody's process: the passwords that `compose.yaml` puts into addresses. */
const OTHERS = /^(POSTGRES_PASSWORD|PAYONCE_(OWNER|APP|BANK)_PASSWORD|SITE|WEB[12])$/
/** 2 s of notice or 4 s at most, 25 s for running payments, 1 s to take the last answers. */
const LEAVING_S = 30

const names = z.record(z.string(), z.unknown())
const service = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).default([]),
  environment: names.default({}),
  read_only: z.boolean().default(false),
  stop_grace_period: z.string().default(''),
  depends_on: z.unknown().optional(),
})
const compose = z.looseObject({ services: z.record(z.string(), service) })
const container = z.looseObject({
  name: z.string(),
  args: z.tuple([z.string()]),
  env: z.array(z.looseObject({ name: z.string() })).default([]),
  envFrom: z.unknown().optional(),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  securityContext: names,
  readinessProbe: z.unknown().optional(),
})
const labels = z.record(z.string(), z.string())
const manifest = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    replicas: z.number().optional(),
    strategy: names.optional(),
    selector: z.looseObject({}).optional(),
    template: z
      .looseObject({
        metadata: z.looseObject({ labels }),
        spec: z.looseObject({
          terminationGracePeriodSeconds: z.number().optional(),
          securityContext: names,
          containers: z.tuple([container]),
        }),
      })
      .optional(),
  }),
})

const composed = compose.parse(parse(read('compose.yaml'), { merge: true })).services
const manifests = parseAllDocuments(read('kubernetes.yaml')).map((document) => {
  expect(document.errors).toEqual([])
  return manifest.parse(document.toJS())
})
const pods = manifests.flatMap(({ kind, spec: { template, ...spec } }) =>
  template ? [{ kind, ...spec, labels: template.metadata.labels, ...template.spec }] : [],
)

test('each variable of a sample is one of the product', () => {
  const units = ['payonce-web@.service', 'payonce-worker@.service'].flatMap((unit) =>
    [...read(unit).matchAll(/^Environment=(\w+)=/gm)].map(([, name = '']) => name),
  )
  const image = [...read('Dockerfile').matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) =>
    line.split(' ').map((pair) => pair.split('=')[0] ?? ''),
  )
  const asked = [
    ...Object.values(composed).flatMap(({ environment }) => Object.keys(environment)),
    ...pods.flatMap(({ containers: [{ env }] }) => env.map(({ name }) => name)),
    ...units,
    ...image,
    // Named in words, in any of the files.
    ...fs.readdirSync(deploy).flatMap((file) => read(file).match(/\bPAYONCE_\w+/g) ?? []),
  ]
  expect(asked.length).toBeGreaterThan(30)
  expect(asked.filter((name) => !known.has(name) && !OTHERS.test(name))).toEqual([])
})

test('each process of a sample is a command of the folder, and web, worker and migrate are among them', () => {
  const ours = Object.values(composed).filter(({ image }) => image === 'payonce')
  const units = ['payonce-web@.service', 'payonce-worker@.service'].map(
    (unit) => /^ExecStart=\/usr\/bin\/node payonce\.js (\w+)$/m.exec(read(unit))?.[1] ?? '',
  )
  const asked = [
    ours.map(({ command }) => command.join(' ')),
    pods.map(({ containers: [{ args }] }) => args.join(' ')),
    units,
  ]
  for (const commands of asked) expect(commands.filter((name) => !COMMANDS.includes(name))).toEqual([])
  expect(asked).toEqual([
    ['migrate', 'web', 'web', 'worker'],
    ['migrate', 'web', 'worker'],
    ['web', 'worker'],
  ])
})

test('nobody but migrate has the owner’s address, and migrate has no other', () => {
  const owner = 'PAYONCE_OWNER_DATABASE_URL'
  for (const { image, command, environment } of Object.values(composed))
    if (image === 'payonce') expect(owner in environment, command[0]).toBe(command[0] === 'migrate')
  for (const { containers } of pods) {
    const [{ args, env, envFrom }] = containers
    expect(env.some(({ name }) => name === owner)).toBe(args[0] === 'migrate')
    expect(JSON.stringify(envFrom ?? null).includes('"payonce"')).toBe(args[0] !== 'migrate')
  }
})

test('no process may write its file system, gain rights, or run as root', () => {
  for (const { image, ...one } of Object.values(composed).filter(({ image }) => image === 'payonce'))
    expect(one, image).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  for (const { securityContext, containers } of pods) {
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 })
    expect(containers[0].securityContext).toEqual({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    })
  }
  expect(read('Dockerfile')).toMatch(/^USER 65532:65532$/m)
})

test('each has the time to end in order', () => {
  for (const { image, stop_grace_period: time } of Object.values(composed))
    if (image === 'payonce') expect(Number.parseInt(time, 10)).toBeGreaterThan(LEAVING_S)
  for (const { kind, terminationGracePeriodSeconds } of pods)
    if (kind === 'Deployment') expect(terminationGracePeriodSeconds).toBeGreaterThan(LEAVING_S)
  for (const unit of ['payonce-web@.service', 'payonce-worker@.service'])
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(read(unit))?.[1])).toBeGreaterThan(LEAVING_S)
})

test('Kubernetes: two of each, a new one first, probes and a budget for disruptions', () => {
  const web = pods.find(({ containers }) => containers[0].name === 'web')
  expect(web).toMatchObject({
    replicas: 2,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    labels: { app: 'payonce', part: 'web' },
  })
  expect(web?.containers[0]).toMatchObject({
    ports: [{ name: 'http', containerPort: 3000 }],
    startupProbe: { httpGet: { path: '/api/health', port: 'http' } },
    readinessProbe: { httpGet: { path: '/api/ready', port: 'http' }, periodSeconds: 1, failureThreshold: 1 },
    livenessProbe: { httpGet: { path: '/api/health', port: 'http' } },
  })
  expect(pods.find(({ containers }) => containers[0].name === 'worker')?.replicas).toBe(2)
  for (const part of ['web', 'worker'])
    expect(manifests).toContainEqual(
      expect.objectContaining({
        kind: 'PodDisruptionBudget',
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'payonce', part } } },
      }),
    )
  expect(manifests.find(({ kind }) => kind === 'Service')?.spec).toEqual({
    selector: { app: 'payonce', part: 'web' },
    ports: [{ name: 'http', port: 80, targetPort: 'http' }],
  })
})

test('compose: two web, two workers, a proxy before them, and nobody before the migration', () => {
  expect(Object.keys(composed)).toEqual(['postgres', 'migrate', 'web1', 'web2', 'worker', 'proxy'])
  expect(composed.worker).toMatchObject({ deploy: { replicas: 2 } })
  expect(composed.proxy?.environment).toEqual({ SITE: ':8080', WEB1: 'web1:3000', WEB2: 'web2:3000' })
  for (const name of ['web1', 'web2', 'worker'])
    expect(composed[name]?.depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } })
  expect(composed.migrate?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } })
})
