using LLaVAction.Cli;

return await CommandHost.RunAsync(args, HostStreams.OfProcess());
