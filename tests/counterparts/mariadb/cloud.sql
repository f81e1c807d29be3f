-- Tables of CloudStack 4.22 that the collection reads and writes, reduced to the columns that matter. Types are those
-- of a database that a 4.22 server made itself.
CREATE TABLE `configuration` (
  `category` varchar(255) NOT NULL DEFAULT 'Advanced', `instance` varchar(255) NOT NULL DEFAULT 'DEFAULT',
  `component` varchar(255) NOT NULL DEFAULT 'management-server', `name` varchar(255) NOT NULL,
  `value` varchar(8191), PRIMARY KEY (`name`)
) ENGINE=InnoDB;
CREATE TABLE `host` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255) NOT NULL, `uuid` varchar(40),
  `status` varchar(32) NOT NULL DEFAULT 'Up', `type` varchar(32) NOT NULL DEFAULT 'Routing',
  `hypervisor_type` varchar(32), `cluster_id` bigint unsigned, `data_center_id` bigint unsigned, `removed` datetime,
  PRIMARY KEY (`id`), UNIQUE KEY (`uuid`)
) ENGINE=InnoDB;
CREATE TABLE `cluster` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255), `uuid` varchar(40), PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `host_details` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `host_id` bigint unsigned NOT NULL, `name` varchar(255) NOT NULL,
  `value` varchar(255) NOT NULL, PRIMARY KEY (`id`), KEY (`host_id`)
) ENGINE=InnoDB;
CREATE TABLE `cluster_details` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `cluster_id` bigint unsigned NOT NULL, `name` varchar(255) NOT NULL,
  `value` varchar(255), PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `account_details` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `account_id` bigint unsigned NOT NULL, `name` varchar(255) NOT NULL,
  `value` varchar(255), PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `image_store_details` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `store_id` bigint unsigned NOT NULL, `name` varchar(255) NOT NULL,
  `value` varchar(255), PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `image_store` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255) NOT NULL, `protocol` varchar(255),
  `url` varchar(2048), PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `vmware_data_center` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255), `vcenter_host` varchar(255),
  `username` varchar(255), `password` varchar(255), PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `vmware_data_center_zone_map` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `zone_id` bigint unsigned NOT NULL,
  `vmware_data_center_id` bigint unsigned NOT NULL, PRIMARY KEY (`id`), UNIQUE KEY (`zone_id`)
) ENGINE=InnoDB;
CREATE TABLE `user` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `username` varchar(255) NOT NULL, `password` varchar(255),
  `api_key` varchar(255), `secret_key` varchar(255), PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `keystore` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(64) NOT NULL, `certificate` text NOT NULL, `key` text,
  `domain_suffix` varchar(256) NOT NULL DEFAULT '', PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `vm_instance` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `instance_name` varchar(255) NOT NULL, `vnc_password` varchar(255),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
