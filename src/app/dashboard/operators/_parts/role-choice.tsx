import type { RoleName } from '../../_parts/api'
import { ALL_ROLES, ROLE_LABELS } from '../../_parts/role-labels'

export function RoleChoice({ chosen, onChange }: { chosen: RoleName; onChange(role: RoleName): void }) {
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-sm">Role</legend>
      {ALL_ROLES.map((role) => (
        <label key={role} className="flex items-start gap-2.5 py-1.5 text-sm">
          <input
            type="radio"
            name="role"
            className="mt-0.5 size-4 shrink-0"
            checked={chosen === role}
            onChange={() => onChange(role)}
          />
          <span>
            {ROLE_LABELS[role].word}
            <span className="block text-ink-3 text-ui">{ROLE_LABELS[role].hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
