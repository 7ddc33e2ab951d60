import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { type Acted, act } from '@/platform/act'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { changesBetween } from '@/platform/audit'
import { type Db, firstRow, sql, type Write } from '@/platform/db'
import { insertLogo, type NewLogo, wordsOfLogo } from './logo'

const settingsRow = z.strictObject({
  /** 0: nothing was ever chosen. */
  version: z.int(),
  displayName: z.string().nullable(),
  accent: z.string().nullable(),
  supportEmail: z.string().nullable(),
  supportUrl: z.string().nullable(),
  /** What the shopper's card statement shows, in the merchant's word. */
  statementWords: z.string().nullable(),
  /** A name of the IANA database; null: the reader's own. */
  timeZone: z.string().nullable(),
  logoId: z.string().nullable(),
  logoWidth: z.int().nullable(),
  logoHeight: z.int().nullable(),
  logoBytes: z.int().nullable(),
  /** SHA-256, in hexadecimal. */
  logoHash: z.string().nullable(),
  actor: z.string().nullable(),
  changedAt: z.date().nullable(),
})
export type SettingsRow = z.infer<typeof settingsRow>

/** What a merchant chooses as text. Null takes a choice back. */
export type SettingsFields = Pick<
  SettingsRow,
  'displayName' | 'accent' | 'supportEmail' | 'supportUrl' | 'statementWords' | 'timeZone'
>

/**
 * A change by somebody who was shown one version. It is refused where somebody has changed the same fields since: changes of different fields
 * follow one another, so that two forms of one page never refuse each other.
 */
export interface SettingsChange {
  merchantId: string
  version: number
  by: Actor
  /** The same for each repeat of one request. */
  actId: string
}

const NOTHING: SettingsRow = {
  version: 0,
  displayName: null,
  accent: null,
  supportEmail: null,
  supportUrl: null,
  statementWords: null,
  timeZone: null,
  logoId: null,
  logoWidth: null,
  logoHeight: null,
  logoBytes: null,
  logoHash: null,
  actor: null,
  changedAt: null,
}

/** The settings that are in force, or those of an earlier version. */
export async function readSettings(db: Db, merchantId: string, version?: number): Promise<SettingsRow> {
  if (version === 0) return NOTHING
  const found = await firstRow(
    db,
    settingsRow,
    sql`
      SELECT s.version, s.display_name AS "displayName", s.accent, s.support_email AS "supportEmail", s.support_url AS "supportUrl",
        s.statement_words AS "statementWords", s.time_zone AS "timeZone", s.logo_id::text AS "logoId", l.width AS "logoWidth",
        l.height AS "logoHeight", octet_length(l.png) AS "logoBytes", encode(sha256(l.png), 'hex') AS "logoHash", s.actor,
        s.created_at AS "changedAt"
      FROM merchant_settings s LEFT JOIN merchant_logo l ON l.merchant_id = s.merchant_id AND l.id = s.logo_id
      WHERE s.merchant_id = ${merchantId}::uuid AND s.version = coalesce(${version ?? null}::int, s.version) ORDER BY s.version DESC LIMIT 1`,
  )
  return found ?? NOTHING
}

/**
 * Makes the next version of the settings, with its entry in the audit log. A change of nothing writes nothing.
 * @returns `refused`: these fields were changed meanwhile
 */
export function changeSettings(
  db: Db,
  change: SettingsChange,
  fields: Partial<SettingsFields>,
): Promise<Acted> {
  const asked = Object.entries(fields).map(([field, value]) => `${field} ${value ?? 'taken back'}`)
  return follow(db, change, { fields, detail: asked.join('; '), before: [] })
}

/** Puts a logo in force, or takes it back (null). @returns as `changeSettings` */
export function changeLogo(db: Db, change: SettingsChange, logo: NewLogo | null): Promise<Acted> {
  const fields = {
    logoId: logo?.id ?? null,
    logoWidth: logo?.width ?? null,
    logoHeight: logo?.height ?? null,
    logoBytes: logo?.png.length ?? null,
    logoHash: logo?.hash ?? null,
  }
  const detail = logo ? `logo ${wordsOfLogo({ ...NOTHING, ...fields })}` : 'logo taken back'
  return follow(db, change, { fields, detail, before: logo ? [insertLogo(change.merchantId, logo)] : [] })
}

interface Wanted {
  fields: Partial<SettingsRow>
  /** In words, for the audit log. */
  detail: string
  /** Writes of the same commit that come first. */
  before: Write[]
}

/** 5: each further try has lost to a change of other fields that was committed since the one before. */
const TRIES = 5

async function follow(db: Db, change: SettingsChange, wanted: Wanted): Promise<Acted> {
  for (let tries = 1; ; tries++) {
    const current = await readSettings(db, change.merchantId)
    // Nobody has seen this version: the trigger would refuse it.
    if (change.version > current.version) return 'refused'
    const untouched = await isUntouched(db, change, current, wanted.fields)
    // Behind a version that has been followed already, the database refuses it. A repeat is known by its entry all the same.
    const followed = untouched ? current.version : change.version
    const outcome = await nextVersion(db, change, { ...wanted, current, followed })
    if (outcome !== 'refused' || !untouched || tries === TRIES) return outcome
  }
}

/** True where these fields are as the version has shown them. */
async function isUntouched(
  db: Db,
  { merchantId, version }: SettingsChange,
  current: SettingsRow,
  fields: Partial<SettingsRow>,
): Promise<boolean> {
  if (current.version === version) return true
  const seen = await readSettings(db, merchantId, version)
  return (Object.keys(fields) as (keyof SettingsRow)[]).every((field) => seen[field] === current[field])
}

async function nextVersion(
  db: Db,
  { merchantId, by, actId }: SettingsChange,
  { fields, detail, before, current, followed }: Wanted & { current: SettingsRow; followed: number },
): Promise<Acted> {
  const next = { ...current, ...fields }
  const changes = changesBetween(inWords(current), inWords(next))
  if (current.version === followed && changes.length === 0) return 'done'
  const row: Write = {
    name: 'settings',
    rows: 1,
    sql: sql`
      INSERT INTO merchant_settings (merchant_id, version, display_name, accent, support_email, support_url, statement_words, time_zone, logo_id, ${ACTOR_COLUMNS})
      VALUES (${merchantId}::uuid, ${followed + 1}::int, ${next.displayName}, ${next.accent}, ${next.supportEmail}, ${next.supportUrl},
        ${next.statementWords}, ${next.timeZone}, ${next.logoId}::uuid, ${actorValues(by)})
      ON CONFLICT DO NOTHING RETURNING 1`,
  }
  const entry = {
    merchantId,
    id: actId,
    by,
    action: 'settings.changed',
    subject: merchantId,
    detail,
    changes,
  }
  return act(db, entry, [...before, row])
}

function inWords(row: SettingsRow): Record<string, string | null> {
  const { displayName, accent, supportEmail, supportUrl, statementWords, timeZone } = row
  const logo = row.logoId === null ? null : wordsOfLogo(row)
  return { displayName, accent, supportEmail, supportUrl, statementWords, timeZone, logo }
}
