locals {
  zips = var.release_directory == null ? {} : {
    for function in local.functions : "${function}-${local.architecture}.zip" => "${var.release_directory}/${function}-${local.architecture}.zip"
  }
  # CloudFormation deploys code only when its key changes, so the key contains a digest of the zips.
  digest      = sha256(join("", [for path in values(local.zips) : filesha256(path)]))
  code_prefix = var.release_directory == null ? var.prefix : "${var.prefix}${substr(local.digest, 0, 16)}/"
  template    = "${path.module}/keysteward.yaml"
}

data "aws_s3_bucket" "release" {
  bucket = var.bucket
}

resource "aws_s3_object" "zip" {
  for_each = local.zips

  bucket      = var.bucket
  key         = "${local.code_prefix}${each.key}"
  source      = each.value
  source_hash = filesha256(each.value)
  tags        = var.tags

  # A rollback of the stack needs the previous zips, so they go only after the stack was updated.
  lifecycle {
    create_before_destroy = true
  }
}

# The template is larger than the 51,200 bytes that template_body takes.
resource "aws_s3_object" "template" {
  bucket       = var.bucket
  key          = "${var.prefix}keysteward-${substr(filesha256(local.template), 0, 16)}.yaml"
  source       = local.template
  source_hash  = filesha256(local.template)
  content_type = "application/yaml"
  tags         = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "keysteward" {
  name         = var.stack_name
  template_url = "https://${data.aws_s3_bucket.release.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  parameters   = merge(local.parameters, { CodeBucket = var.bucket, CodePrefix = local.code_prefix })
  capabilities = ["CAPABILITY_NAMED_IAM"]
  # Another value would replace the stack. With this one, the events of a failed creation stay readable.
  on_failure        = "ROLLBACK"
  iam_role_arn      = var.iam_role_arn
  notification_arns = var.notification_arns
  policy_body       = var.stack_policy
  tags              = var.tags

  timeouts {
    create = var.operation_timeout
    update = var.operation_timeout
    delete = var.operation_timeout
  }

  depends_on = [aws_s3_object.zip]
}
