-- Stand-in: the only settings before the first start.
USE `cloud`;
INSERT INTO `configuration` (`category`, `instance`, `component`, `name`, `value`, `description`) VALUES
  ('Hidden', 'DEFAULT', 'none', 'init', NULL, NULL),
  ('Advanced', 'DEFAULT', 'management-server', 'dynamic.apichecker.enabled', 'true', 'roles by the database'),
  ('Advanced', 'DEFAULT', 'RootCAProvider', 'ca.plugin.root.auth.strictness', 'true', 'certificates of clients are required');
