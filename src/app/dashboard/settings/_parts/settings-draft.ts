import type { SettingsData } from '../../_parts/api'

/** The fields as they are typed; '' where nothing is chosen. */
export type SettingsDraft = Record<
  'displayName' | 'accent' | 'supportEmail' | 'supportUrl' | 'statementWords' | 'timeZone',
  string
>
export type SettingsField = keyof SettingsDraft

/** Runs the request of one form. The page knows meanwhile that a change is its own. */
export type SaveSettings = (request: () => Promise<SettingsData>) => Promise<SettingsData>

export function draftOf(settings: SettingsData): SettingsDraft {
  return {
    displayName: settings.displayName ?? '',
    accent: settings.accent ?? '',
    supportEmail: settings.supportEmail ?? '',
    supportUrl: settings.supportUrl ?? '',
    statementWords: settings.statementWords ?? '',
    timeZone: settings.timeZone ?? '',
  }
}

/** The fields that differ from what is in force; null where the choice is taken back. */
export function changesOf(
  base: SettingsData,
  draft: SettingsDraft,
): Partial<Record<SettingsField, string | null>> {
  const before = draftOf(base)
  const changed = (Object.keys(draft) as SettingsField[]).filter(
    (field) => draft[field].trim() !== before[field],
  )
  return Object.fromEntries(changed.map((field) => [field, draft[field].trim() || null]))
}
