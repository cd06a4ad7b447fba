<?php
// Loads the classes of this package for a site without Composer: require this file once.
declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'ModWebSocket\\')) {
        $file = __DIR__ . '/src/' . strtr(substr($class, strlen('ModWebSocket\\')), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});
