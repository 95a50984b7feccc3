# The role of rotations, if there are any.

locals {
  secrets_that_rotate = "arn:${local.partition}:secretsmanager:*:${local.trusted_rotation_account}:secret:*"

  rotation_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindTheUserOfAKeyAndNameTheAccount"
        Effect   = "Allow"
        Action   = ["iam:GetAccessKeyLastUsed", "iam:ListAccountAliases"]
        Resource = "*"
      },
      {
        Sid      = "ReadUsers"
        Effect   = "Allow"
        Action   = ["iam:GetUser", "iam:ListAccessKeys"]
        Resource = local.users_that_may_change
      },
      # Only users whose own tag names a secret of the account that rotates.
      {
        Sid       = "ChangeKeysOfBoundUsers"
        Effect    = "Allow"
        Action    = ["iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"]
        Resource  = local.users_that_may_change
        Condition = { StringLike = { "aws:ResourceTag/keysteward:secret" = local.secrets_that_rotate } }
      },
      {
        Sid      = "KeepRecordsOfBoundUsers"
        Effect   = "Allow"
        Action   = ["iam:TagUser", "iam:UntagUser"]
        Resource = local.users_that_may_change
        Condition = {
          StringLike                = { "aws:ResourceTag/keysteward:secret" = local.secrets_that_rotate }
          "ForAllValues:StringLike" = { "aws:TagKeys" = "keysteward:*" }
          Null                      = { "aws:TagKeys" = "false" }
        }
      },
      local.neither_exempt_nor_bind,
    ]
  }
}

resource "aws_iam_role" "rotation" {
  count = local.rotates ? 1 : 0

  name                 = "${var.role_name}-rotation"
  description          = "Lets Keysteward rotate keys of this account that are bound to its secrets"
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary_arn == "" ? null : var.permissions_boundary_arn
  assume_role_policy   = jsonencode(local.trust["rotation"])
  tags                 = var.tags
}

resource "aws_iam_role_policy" "rotation" {
  count = local.rotates ? 1 : 0

  name   = "keysteward"
  role   = aws_iam_role.rotation[0].name
  policy = jsonencode(local.rotation_policy)
}

output "rotation_role_arn" {
  description = "The role of rotations"
  value       = one(aws_iam_role.rotation[*].arn)
}
