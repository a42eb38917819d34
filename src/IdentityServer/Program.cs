using IdentityServer.Hosting;

return await Commands.RunAsync(args);
