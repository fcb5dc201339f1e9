using LLaVAction.Cli.Hosting;

return await CommandHost.RunAsync(args);
