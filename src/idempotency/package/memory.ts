export { type MemoryForm, type MemoryRecord, MemoryStore, type MemoryWrite } from '../stores/memory'
