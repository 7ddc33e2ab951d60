ALTER TABLE merchant VALIDATE CONSTRAINT merchant_mode;
ALTER TABLE merchant VALIDATE CONSTRAINT merchant_only_the_sample_is_removed;
