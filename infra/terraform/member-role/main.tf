data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

resource "aws_iam_role" "member" {
  name                 = var.role_name
  description          = "Lets Keysteward sweep this account"
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary_arn == "" ? null : var.permissions_boundary_arn
  assume_role_policy   = jsonencode(local.trust["sweep"])
  tags                 = var.tags
}

resource "aws_iam_role_policy" "member" {
  name   = "keysteward"
  role   = aws_iam_role.member.name
  policy = jsonencode(local.policy)
}

output "role_arn" {
  description = "The role of the sweep"
  value       = aws_iam_role.member.arn
}
