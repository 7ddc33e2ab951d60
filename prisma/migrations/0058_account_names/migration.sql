-- The names that accountants use. A server of the version before goes on opening accounts under the earlier ones, which says the same.
UPDATE account SET name = 'Receivable from the bank' WHERE code = 'gateway_clearing';
UPDATE account SET name = 'Charged twice by the bank, to be returned' WHERE code = 'surplus_charges';
