locals {
  template  = file("${path.module}/member-role.yaml")
  stack_set = length(var.organizational_unit_ids) > 0
}

resource "aws_cloudformation_stack" "member" {
  count = local.stack_set ? 0 : 1

  name          = var.stack_name
  template_body = local.template
  parameters    = local.parameters
  capabilities  = ["CAPABILITY_NAMED_IAM"]
  # Another value would replace the stack. With this one, the events of a failed creation stay readable.
  on_failure = "ROLLBACK"
  tags       = var.tags
}

resource "aws_cloudformation_stack_set" "members" {
  count = local.stack_set ? 1 : 0

  name             = var.stack_name
  template_body    = local.template
  parameters       = local.parameters
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  tags             = var.tags

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  operation_preferences {
    failure_tolerance_percentage = var.failure_tolerance_percentage
    max_concurrent_percentage    = var.max_concurrent_percentage
  }

  # A service-managed stack set has no such role, but the provider reads one back.
  lifecycle {
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_set_instance" "members" {
  count = local.stack_set ? 1 : 0

  stack_set_name = aws_cloudformation_stack_set.members[0].name
  call_as        = var.call_as
  # Roles are global: one Region is enough, a second one would fail on the name of the role.
  stack_set_instance_region = var.stack_region

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }

  operation_preferences {
    failure_tolerance_percentage = var.failure_tolerance_percentage
    max_concurrent_percentage    = var.max_concurrent_percentage
  }
}
