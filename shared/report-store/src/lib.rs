//! Puts reports into an S3 bucket.
