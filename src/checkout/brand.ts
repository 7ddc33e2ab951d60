import { z } from 'zod'
import { sql } from '@/platform/db'

/** How a merchant shows itself to shoppers, where it has chosen anything: a page without branding carries none of it. */
export const brand = z.strictObject({
  /** `#rrggbb`. */
  accent: z.string().nullable(),
  logo: z.strictObject({ url: z.string(), width: z.int(), height: z.int() }).nullable(),
  /** Where shoppers get help: `https:` or `mailto:`. */
  help: z.string().nullable(),
})

/** Beside an order's merchant `m`, the name and the `brand` columns of the settings in force. */
export const CHOSEN = sql`
  LEFT JOIN LATERAL (
    SELECT s.display_name, s.statement_words, CASE WHEN s.accent IS NOT NULL OR s.logo_id IS NOT NULL OR s.support_url IS NOT NULL OR s.support_email IS NOT NULL THEN jsonb_build_object(
      'accent', s.accent,
      'help', coalesce(s.support_url, 'mailto:' || s.support_email),
      'logo', CASE WHEN l.id IS NOT NULL THEN jsonb_build_object('url', '/api/logos/' || l.id || '.png', 'width', l.width, 'height', l.height) END
    ) END AS brand
    FROM merchant_settings s LEFT JOIN merchant_logo l ON l.merchant_id = s.merchant_id AND l.id = s.logo_id
    WHERE s.merchant_id = m.id ORDER BY s.version DESC LIMIT 1) chosen ON true`

/** The name by which shoppers know the merchant. */
export const SHOWN_NAME = sql`coalesce(chosen.display_name, m.name)`
