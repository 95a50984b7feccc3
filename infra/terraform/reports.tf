# Never emptied by Terraform: a bucket with reports in it is not deleted.
resource "aws_s3_bucket" "reports" {
  bucket_prefix = "${var.name}-reports-"
  force_destroy = false
  tags          = var.tags

  # Under another name the reports stay where they are, as with the template.
  lifecycle {
    ignore_changes = [bucket_prefix]
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "reports" {
  bucket = aws_s3_bucket.reports.bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "reports" {
  bucket                  = aws_s3_bucket.reports.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "reports" {
  bucket = aws_s3_bucket.reports.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "reports" {
  bucket = aws_s3_bucket.reports.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "reports" {
  bucket = aws_s3_bucket.reports.bucket

  rule {
    id     = "Reports"
    status = "Enabled"

    filter {
      prefix = "keysteward/"
    }

    expiration {
      days = 730
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "MailLedger"
    status = "Enabled"

    filter {
      prefix = "mail-ledger/"
    }

    expiration {
      days = 60
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  # What becomes of older versions is asked for only once there are versions.
  depends_on = [aws_s3_bucket_versioning.reports]
}

# S3 takes one change of a bucket's access at a time.
resource "aws_s3_bucket_policy" "reports" {
  bucket = aws_s3_bucket.reports.bucket
  policy = jsonencode(module.documents.policy_of_report_bucket)

  depends_on = [aws_s3_bucket_public_access_block.reports]
}
