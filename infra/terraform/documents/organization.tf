# Each output here is null without an organization.

output "policy_of_list_accounts" {
  description = "What list-accounts may do."
  value = local.has_organization ? {
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${var.list_accounts_log_group_arn}:*"
      },
      # Organizations lists without naming a resource.
      {
        Sid    = "ListTheOrganization"
        Effect = "Allow"
        Action = [
          "organizations:ListAccounts",
          "organizations:ListAccountsForParent",
          "organizations:ListOrganizationalUnitsForParent",
        ]
        Resource = "*"
      },
      {
        Sid      = "WriteTheManifestAndTheSummary"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = ["${var.report_bucket_arn}/keysteward/manifest/*", "${var.report_bucket_arn}/keysteward/organization/*"]
      },
      {
        Sid      = "ReadTheListAndTheResults"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = ["${var.report_bucket_arn}/keysteward/manifest/*", "${var.report_bucket_arn}/keysteward/organization/*"]
      },
    ]
  } : null
}

output "policy_of_organization" {
  description = "What the state machine may do."
  value = local.has_organization ? {
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "InvokeTheFunctions"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = [var.list_accounts_function_arn, var.deactivate_stale_function_arn]
      },
      # A Distributed Map starts executions of its own state machine ("IAM policies for using Distributed Map").
      {
        Sid      = "StartChildren"
        Effect   = "Allow"
        Action   = "states:StartExecution"
        Resource = "arn:${var.partition}:states:${var.region}:${var.account_id}:stateMachine:${var.name}-organization"
      },
      {
        Sid    = "FollowChildren"
        Effect = "Allow"
        Action = ["states:DescribeExecution", "states:StopExecution"]
        Resource = [
          "arn:${var.partition}:states:${var.region}:${var.account_id}:execution:${var.name}-organization:*",
          "arn:${var.partition}:states:${var.region}:${var.account_id}:execution:${var.name}-organization/*",
        ]
      },
      {
        Sid      = "ReadTheManifest"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${var.report_bucket_arn}/keysteward/manifest/*"
      },
      {
        Sid      = "WriteTheResults"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]
        Resource = "${var.report_bucket_arn}/keysteward/organization/runs/*"
      },
      {
        Sid    = "Log"
        Effect = "Allow"
        Action = [
          "logs:CreateLogDelivery",
          "logs:GetLogDelivery",
          "logs:UpdateLogDelivery",
          "logs:DeleteLogDelivery",
          "logs:ListLogDeliveries",
          "logs:PutResourcePolicy",
          "logs:DescribeResourcePolicies",
          "logs:DescribeLogGroups",
        ]
        Resource = "*"
      },
    ]
  } : null
}

output "environment_of_list_accounts" {
  description = "The settings of list-accounts."
  value = local.has_organization ? {
    KEYSTEWARD_REPORT_BUCKET                  = var.report_bucket_name
    KEYSTEWARD_ORGANIZATIONAL_UNITS           = var.parameters.organizational_units
    KEYSTEWARD_ACCOUNTS                       = var.parameters.accounts
    KEYSTEWARD_EXCLUDE_ACCOUNTS               = var.parameters.exclude_accounts
    KEYSTEWARD_EXCLUDE_ORGANIZATIONAL_UNITS   = var.parameters.exclude_organizational_units
    KEYSTEWARD_ORGANIZATIONS_CALLS_PER_SECOND = "5"
  } : null
}

output "organization_definition" {
  description = "The state machine, as a JSON text."
  # The file is the one that the SAM template takes; it names its substitutions as templatefile does.
  value = local.has_organization ? templatefile("${path.module}/../../organization.asl.json", {
    Partition                  = var.partition
    ListAccountsFunctionArn    = var.list_accounts_function_arn
    DeactivateStaleFunctionArn = var.deactivate_stale_function_arn
    ReportBucket               = var.report_bucket_name
    MaxConcurrency             = var.parameters.accounts_at_once
  }) : null
}
