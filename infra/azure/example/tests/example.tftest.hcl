# The root that people begin with: one Klaxon for each location that the settings speak of.

mock_provider "azurerm" {
  source          = "../tests/mocks"
  override_during = plan
}

variables {
  config  = "../tests/full.config.yaml"
  package = "../tests/none.config.yaml"
}

run "makes_one_for_each_location" {
  command = plan

  assert {
    condition     = keys(output.klaxon) == ["northeurope", "westeurope"]
    error_message = "a hub stands where its clusters are"
  }
  assert {
    condition     = output.klaxon["westeurope"].receiver == "https://klaxon.azurewebsites.net/audit/" && output.klaxon["northeurope"].receiver == null
    error_message = "and the receiver where the settings say"
  }
  assert {
    condition     = output.klaxon["westeurope"].hub.namespace != output.klaxon["northeurope"].hub.namespace
    error_message = "each has names of its own"
  }
}
