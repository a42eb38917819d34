using IdentityServer.Data;
using IdentityServer.Themes;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>The command line: what the server can be asked to do, with help.</summary>
public static class Commands
{
    private const string Help = """
        IdentityServer, a self-hosted OpenID Connect provider.

        Usage: IdentityServer [command] [--Setting:Name=value …]

          serve          Runs the server (the default), on http://localhost:9011 unless --urls says otherwise.
          demo           Runs the server with a sample application, a user to sign in as, and the sample client on
                         http://localhost:5000 (--SampleClient:Urls=…). Prints what to try.
          migrate        Brings the database up to date and ends.
          create-admin   Creates an administrator: create-admin --email <address> [--name <name>]. Asks for the
                         password, or reads it from standard input.
          create-key     Creates a key of the management API and prints it: create-key --name <name>
                         [--allow <endpoint>=<methods>]… [--key-manager]. Without --allow it may do everything.
          check-config   Checks all settings and themes, and ends.
          help           Shows this text.

        Settings stand in the section IdentityServer of appsettings.json, in environment variables
        (IdentityServer__PublicUrl=https://login.example.com) or on the command line
        (--IdentityServer:PublicUrl=https://login.example.com).
        """;

    /// <summary>Runs the command that <paramref name="args"/> name. Returns the exit code: 0 done, 1 failed, 2 misused.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (command, rest) = args is [var first, ..] && !first.StartsWith('-') ? (first, args[1..]) : ("serve", args);
        if (args.Any(arg => arg is "--help" or "-h" or "-?"))
        {
            command = "help";
        }

        try
        {
            return command switch
            {
                "serve" => await ServeAsync(rest),
                "demo" => await DemoCommand.RunAsync(rest),
                "migrate" => await MigrateAsync(rest),
                "create-admin" => await CreateAdmin.RunAsync(rest),
                "create-key" => await CreateKey.RunAsync(rest),
                "check-config" => CheckConfig(rest),
                "help" => Say(Help),
                _ => Misused($"There is no command '{command}'."),
            };
        }
        catch (OptionsValidationException exception)
        {
            return Fail("The configuration is wrong:\n" + string.Join('\n', exception.Failures.Select(failure => "  - " + failure)));
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            return Fail(exception.Message + "\nStop the other program, or choose another address: --urls=… for the server, --SampleClient:Urls=… for the demo's client.");
        }
        catch (Exception exception) when (exception is InvalidOperationException or InvalidDataException or IOException || DatabaseErrors.IsUnavailable(exception))
        {
            return Fail(exception.Message);
        }
    }

    private static async Task<int> ServeAsync(string[] args)
    {
        await using var app = Build(args);
        await app.RunAsync();
        return 0;
    }

    /// <summary>Builds the server for the program, in which a start that fails says why in one message, without the host's stack.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var started = false;
        var app = Server.Build(args, builder =>
        {
            builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Information && Volatile.Read(ref started));
            configure?.Invoke(builder);
        });
        app.Lifetime.ApplicationStarted.Register(() => Volatile.Write(ref started, true));
        return app;
    }

    private static async Task<int> MigrateAsync(string[] args)
    {
        await using var app = Server.Build(args);
        await DatabaseSetup.MigrateAsync(app.Services.GetRequiredService<Database>(), CancellationToken.None);
        return Say("The database is up to date.");
    }

    private static int CheckConfig(string[] args)
    {
        using var app = Server.Build(args);
        _ = app.Services.GetRequiredService<IOptions<ServerOptions>>().Value;
        app.Services.GetRequiredService<ThemeCatalog>().Check();
        return Say("The configuration is right.");
    }

    internal static int Say(string text)
    {
        Console.WriteLine(text);
        return 0;
    }

    internal static int Fail(string text)
    {
        Console.Error.WriteLine(text);
        return 1;
    }

    internal static int Misused(string text)
    {
        Console.Error.WriteLine(text + "\n\n" + Help);
        return 2;
    }
}
