resource "aws_cloudwatch_log_group" "rotate_key" {
  name              = "/aws/lambda/${var.name}-rotate-key"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "deactivate_stale" {
  name              = "/aws/lambda/${var.name}-deactivate-stale"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "notify_owner" {
  name              = "/aws/lambda/${var.name}-notify-owner"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "list_accounts" {
  count = local.has_organization ? 1 : 0

  name              = "/aws/lambda/${var.name}-list-accounts"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "organization" {
  count = local.has_organization ? 1 : 0

  name              = "/aws/vendedlogs/states/${var.name}-organization"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}
