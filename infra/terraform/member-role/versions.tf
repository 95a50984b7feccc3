terraform {
  # Validations that look at other variables came with 1.9.
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The schema that infra/check/terraform.py holds the files to is that of 6.25.0.
      version = "~> 6.25"
    }
  }
}
