data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id

  has_mail             = var.mail_from != ""
  has_organization     = var.organization_id != ""
  permissions_boundary = var.permissions_boundary_arn == "" ? null : var.permissions_boundary_arn
}
