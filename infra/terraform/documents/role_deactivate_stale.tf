output "policy_of_deactivate_stale" {
  description = "What deactivate-stale may do."
  value = {
    Version = "2012-10-17"
    Statement = [for statement in [
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${var.deactivate_stale_log_group_arn}:*"
      },
      # None of these can be limited to a user, or the users are not known before they are read.
      {
        Sid    = "ReadTheAccount"
        Effect = "Allow"
        Action = [
          "iam:GenerateCredentialReport",
          "iam:GetAccessKeyLastUsed",
          "iam:GetAccountAuthorizationDetails",
          "iam:GetCredentialReport",
          "iam:GetUser",
          "iam:ListAccessKeys",
          "iam:ListAccountAliases",
          "iam:ListServiceSpecificCredentials",
        ]
        Resource = "*"
      },
      local.has_exempt_groups ? {
        Sid      = "ReadGroups"
        Effect   = "Allow"
        Action   = "iam:ListGroupsForUser"
        Resource = "*"
      } : null,
      local.public_keys ? {
        Sid      = "ReadPublicKeys"
        Effect   = "Allow"
        Action   = ["iam:ListSSHPublicKeys", "iam:ListSigningCertificates"]
        Resource = "*"
      } : null,
      local.passwords ? {
        Sid      = "ReadPasswords"
        Effect   = "Allow"
        Action   = "iam:GetLoginProfile"
        Resource = "*"
      } : null,
      # Labels of secrets, never a value: whether a replaced key is current again.
      {
        Sid      = "ReadLabels"
        Effect   = "Allow"
        Action   = "secretsmanager:DescribeSecret"
        Resource = local.secrets_of_account
      },
      {
        Sid      = "Report"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${var.report_bucket_arn}/keysteward/*"
      },
      # Lambda itself does, after the last attempt.
      {
        Sid      = "KeepWhatFailed"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = var.invocation_dead_letters_arn
      },
      # A dry run pages exposed keys, and nothing else.
      {
        Sid      = "Tell"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = var.notice_topic_arn
      },
      local.has_member_role ? {
        Sid      = "EnterOtherAccounts"
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = local.member_roles
      } : null,
      local.enforce ? {
        Sid      = "DeactivateAndActivate"
        Effect   = "Allow"
        Action   = ["iam:UpdateAccessKey", "iam:UpdateServiceSpecificCredential"]
        Resource = local.users_that_may_change
      } : null,
      local.changes_public_keys ? {
        Sid      = "DeactivateAndActivatePublicKeys"
        Effect   = "Allow"
        Action   = ["iam:UpdateSSHPublicKey", "iam:UpdateSigningCertificate"]
        Resource = local.users_that_may_change
      } : null,
      local.changes_passwords ? {
        Sid      = "RemovePasswords"
        Effect   = "Allow"
        Action   = "iam:DeleteLoginProfile"
        Resource = local.users_that_may_change
      } : null,
      local.deletes ? {
        Sid      = "Delete"
        Effect   = "Allow"
        Action   = ["iam:DeleteAccessKey", "iam:DeleteServiceSpecificCredential"]
        Resource = local.users_that_may_change
      } : null,
      local.deletes_public_keys ? {
        Sid      = "DeletePublicKeys"
        Effect   = "Allow"
        Action   = ["iam:DeleteSSHPublicKey", "iam:DeleteSigningCertificate"]
        Resource = local.users_that_may_change
      } : null,
      local.enforce ? {
        Sid      = "KeepRecords"
        Effect   = "Allow"
        Action   = ["iam:TagUser", "iam:UntagUser"]
        Resource = local.users_that_may_change
        Condition = {
          "ForAllValues:StringLike" = { "aws:TagKeys" = "keysteward:*" }
          Null                      = { "aws:TagKeys" = "false" }
        }
      } : null,
      local.neither_exempt_nor_bind,
    ] : statement if statement != null]
  }
}
