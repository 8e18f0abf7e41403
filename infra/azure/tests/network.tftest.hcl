# A network of one's own: nothing is reached from outside it.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package  = "tests/none.config.yaml"
  location = "westeurope"
}

run "puts_an_endpoint_of_each_thing_into_it" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = keys(azurerm_private_endpoint.store) == ["alerts-blob", "archive-blob", "failed-blob", "host-blob", "hub", "lake-blob", "receiver", "state-table", "topic-events", "vault"]
    error_message = "stores, hub, receiver, vault, topic"
  }

  assert {
    condition     = alltrue([for endpoint in values(azurerm_private_endpoint.store) : endswith(endpoint.subnet_id, "/subnets/endpoints")])
    error_message = "into the subnet of endpoints"
  }

  assert {
    condition     = azurerm_private_endpoint.store["state-table"].private_service_connection[0].subresource_names == tolist(["table"])
    error_message = "a table is not a blob"
  }

  assert {
    condition     = alltrue([for link in values(azurerm_private_dns_zone_virtual_network_link.made) : endswith(link.virtual_network_id, "/virtualNetworks/hub")]) && length(azurerm_private_dns_zone.made) == 6
    error_message = "names that are found in it"
  }
}

run "makes_none_without_one" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = length(azurerm_private_endpoint.store) == 0 && length(azurerm_private_dns_zone.made) == 0
    error_message = "nothing to pay for"
  }
}
