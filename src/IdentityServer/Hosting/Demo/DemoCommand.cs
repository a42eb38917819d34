using System.Net;
using System.Net.Sockets;
using IdentityServer.Applications;
using IdentityServer.Email;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SampleClient;

namespace IdentityServer.Hosting;

/// <summary>The command <c>demo</c>: server and sample client in one process, with something to sign in to and somebody to sign in as.</summary>
internal static class DemoCommand
{
    private const string Marker = "demo";
    private const string SampleUrls = "SampleClient:Urls";

    /// <summary>Runs until it is stopped.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        DemoSetup? setup = null;
        await using var server = Commands.Build(args, builder =>
        {
            builder.Services.AddSingleton(new BuiltInKickstart(Marker, "of the demo", () => setup!.Kickstart()));
            if (IsOnThisMachine(builder.Configuration))
            {
                builder.Services.TryAddSingleton<DevMailbox>();
            }
        });
        var data = server.Services.GetRequiredService<IOptions<ServerOptions>>().Value.DataDirectory;
        var credentials = DemoCredentials.Load(data);
        var urls = server.Configuration[SampleUrls] ?? new SampleClientOptions().Urls;
        var sampleUrl = urls.Split(';')[0].TrimEnd('/');
        setup = new DemoSetup(credentials, sampleUrl);

        RequireFree(sampleUrl);
        await server.StartAsync();
        try
        {
            await CorrectAsync(server, setup);
            await RunSampleAsync(server, credentials, urls, sampleUrl, data);
            return 0;
        }
        finally
        {
            await server.StopAsync();
        }
    }

    // Links that open accounts are not shown to others.
    private static bool IsOnThisMachine(ConfigurationManager configuration) =>
        configuration[$"{ServerOptions.Section}:{nameof(ServerOptions.PublicUrl)}"] is not { Length: > 0 } url
        || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IsLoopback);

    private static async Task RunSampleAsync(WebApplication server, DemoCredentials credentials, string urls, string sampleUrl, string data)
    {
        var authority = server.Services.GetRequiredService<PublicAddress>().Value;
        await using var sample = SampleApp.Build([], new SampleClientOptions
        {
            Authority = authority,
            ClientId = DemoSetup.ClientId,
            ClientSecret = credentials.ClientSecret,
            Urls = urls,
        });
        await sample.StartAsync();
        Console.WriteLine(Welcome(authority, sampleUrl, credentials, data, server.Services.GetService<DevMailbox>() is not null));
        await server.WaitForShutdownAsync();
        await sample.StopAsync();
    }

    // Looked at before anything starts: half a demo would be of no use.
    private static void RequireFree(string sampleUrl)
    {
        if (!Uri.TryCreate(sampleUrl, UriKind.Absolute, out var uri) || !uri.IsLoopback)
        {
            return;
        }

        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, uri.Port);
            listener.Start();
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            throw new IOException($"Failed to bind to address {sampleUrl}: address already in use.", new AddressInUseException(exception.Message, exception));
        }
    }

    private static async Task CorrectAsync(WebApplication server, DemoSetup setup)
    {
        var inside = server.Services.GetRequiredService<InProcess>();
        foreach (var request in setup.Corrections(server.Services.GetRequiredService<ApplicationCatalog>()))
        {
            var (status, body) = await inside.SendAsync(request, CancellationToken.None);
            if (status is not (StatusCodes.Status200OK or StatusCodes.Status404NotFound))
            {
                throw new InvalidDataException($"The demo could not be brought up to date: {request.Method} {request.Url} was answered with {status}. {body}");
            }
        }
    }

    private static string Welcome(string authority, string sampleUrl, DemoCredentials credentials, string data, bool showsMail) => $"""

          The demo is running.

            Sample application   {sampleUrl}
            Identity server      {authority}
            Discovery            {authority}{Paths.OpenIdConfiguration}
            Account              {authority}{Paths.Account}
            Mails                {(showsMail ? authority + Paths.DevMail : "sent by the mail server of the settings")}

            Sign in as           {DemoSetup.Email}
            Password             {credentials.Password}

          Open the sample application, and sign in or register. The password was made for this
          machine and is kept in {DemoCredentials.PathIn(data)}. Ctrl+C stops the demo.

        """;
}
