# The function: how large it is, who it is, and what it is told.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package  = "tests/none.config.yaml"
  location = "westeurope"
}

run "runs_as_itself_and_without_a_key" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.runtime_name == "node" && azurerm_function_app_flex_consumption.function.runtime_version == "24"
    error_message = "Node 24"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.instance_memory_in_mb == 2048 && azurerm_function_app_flex_consumption.function.maximum_instance_count == 100
    error_message = "memory is raised to the next size that Azure has"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.storage_authentication_type == "UserAssignedIdentity" && azurerm_function_app_flex_consumption.function.storage_user_assigned_identity_id == "IDENTITY" && azurerm_function_app_flex_consumption.function.storage_access_key == null
    error_message = "no key for its package"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.app_settings["AzureWebJobsStorage__credential"] == "managedidentity" && azurerm_function_app_flex_consumption.function.app_settings["AzureWebJobsStorage__clientId"] == "CLIENT" && azurerm_function_app_flex_consumption.function.app_settings["AzureWebJobsStorage__accountName"] == azurerm_storage_account.store["host"].name
    error_message = "none for its host"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.app_settings["KLAXON_HUB__credential"] == "managedidentity" && azurerm_function_app_flex_consumption.function.app_settings["KLAXON_HUB__clientId"] == "CLIENT" && endswith(azurerm_function_app_flex_consumption.function.app_settings["KLAXON_HUB__fullyQualifiedNamespace"], ".servicebus.windows.net")
    error_message = "none for the hub"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.app_settings["AZURE_TOKEN_CREDENTIALS"] == "ManagedIdentityCredential" && azurerm_function_app_flex_consumption.function.app_settings["AZURE_CLIENT_ID"] == "CLIENT"
    error_message = "as its own identity, and as nobody else"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.app_settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] == "ClientId=CLIENT;Authorization=AAD" && azurerm_application_insights.function.local_authentication_disabled
    error_message = "none for its log"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.webdeploy_publish_basic_authentication_enabled == false
    error_message = "nobody signs in by password"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.https_only && azurerm_function_app_flex_consumption.function.site_config[0].minimum_tls_version == "1.2" && azurerm_function_app_flex_consumption.function.site_config[0].scm_minimum_tls_version == "1.2"
    error_message = "TLS 1.2 or better"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.public_network_access_enabled == false && endswith(azurerm_function_app_flex_consumption.function.virtual_network_subnet_id, "/subnets/functions")
    error_message = "where there is a network, it is in it"
  }

  assert {
    condition     = alltrue([for value in values(azurerm_function_app_flex_consumption.function.app_settings) : !strcontains(value, "AccountKey=") && !strcontains(value, "SharedAccessKey")])
    error_message = "no setting holds a key"
  }

  assert {
    condition     = azurerm_service_plan.function.sku_name == "FC1"
    error_message = "Flex Consumption"
  }

  assert {
    condition     = length(azurerm_function_app_flex_consumption.function.name) <= 32
    error_message = "the host takes the first 32 characters for its own"
  }
}

run "is_told_where_its_things_are" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.app_settings["KLAXON_STATE"] == "https://account.table.core.windows.net/state"
    error_message = "its memory"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.app_settings["KLAXON_ARCHIVE"] == "https://account.blob.core.windows.net/archive"
    error_message = "evidence"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.app_settings["KLAXON_DEAD_LETTER"] == "https://account.blob.core.windows.net/dead-letter"
    error_message = "what failed"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.app_settings["KLAXON_HUB_NAME"] == "logs" && azurerm_function_app_flex_consumption.function.app_settings["KLAXON_HUB_CONSUMERS"] == "klaxon"
    error_message = "the hub"
  }

  assert {
    condition     = can(regex("^azure:keyvault:[A-Za-z][A-Za-z0-9-]{2,23}/klaxon-staging-receiver-$", azurerm_function_app_flex_consumption.function.app_settings["KLAXON_RECEIVER"]))
    error_message = "the tokens, but for the name of a cluster"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.app_settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] == "10485760"
    error_message = "and how much of a request is read"
  }
}

run "is_closed_where_nobody_sends_anything" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.site_config[0].ip_restriction_default_action == "Deny" && !contains(keys(azurerm_function_app_flex_consumption.function.app_settings), "KLAXON_RECEIVER") && output.receiver == null
    error_message = "no address is let in"
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.function.instance_memory_in_mb == 2048 && azurerm_function_app_flex_consumption.function.maximum_instance_count == 40
    error_message = "as large as the defaults say"
  }
}

run "thinks_up_tokens_where_terraform_does_not_see_them" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = keys(azurerm_resource_group_template_deployment.token) == ["edge"]
    error_message = "one for each cluster that sends"
  }

  assert {
    condition     = alltrue([for parameter in values(jsondecode(azurerm_resource_group_template_deployment.token["edge"].template_content).parameters) : parameter.type == "securestring" && parameter.defaultValue == "[newGuid()]"])
    error_message = "by Azure, and not kept by it"
  }

  assert {
    condition     = azurerm_key_vault.receiver[0].purge_protection_enabled && azurerm_key_vault.receiver[0].rbac_authorization_enabled && azurerm_key_vault.receiver[0].network_acls[0].default_action == "Deny"
    error_message = "in a vault that nothing is purged from"
  }
}

run "deploys_what_was_built" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = azurerm_storage_blob.package.name == "${filesha256("tests/none.config.yaml")}/released-package.zip"
    error_message = "another package is another deployment"
  }

  assert {
    condition     = jsondecode(azurerm_resource_group_template_deployment.package.template_content).resources[0].properties.packageUri == "https://account.blob.core.windows.net/packages/${filesha256("tests/none.config.yaml")}/released-package.zip"
    error_message = "it is taken from where it was put"
  }
}

run "warns_where_the_function_carries_other_settings" {
  command = plan
  variables {
    config  = "tests/least.config.yaml"
    package = "tests/packed.zip"
  }
  expect_failures = [check.packed_with_these_settings]
}
