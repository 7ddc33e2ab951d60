export {
  beginForm,
  type ClaimedPart,
  type ClaimedSql,
  type ClaimRows,
  type Columns,
  claimedPart,
  claimedSql,
  type RowOf,
  type SqlBegin,
  type SqlForm,
  type SqlWrite,
  writeForm,
} from '../stores/sql'
