using IdentityServer.Data;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>The command line: what the server can be asked to do, with help.</summary>
public static class Commands
{
    private const string Help = """
        IdentityServer, a self-hosted OpenID Connect provider.

        Usage: IdentityServer [command] [--Setting:Name=value …]

          serve          Runs the server (the default).
          migrate        Brings the database up to date and ends.
          create-admin   Creates an administrator: create-admin --email <address> [--name <name>]. Asks for the
                         password, or reads it from standard input.
          check-config   Checks all settings and ends.
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
                "migrate" => await MigrateAsync(rest),
                "create-admin" => await CreateAdmin.RunAsync(rest),
                "check-config" => CheckConfig(rest),
                "help" => Say(Help),
                _ => Misused($"There is no command '{command}'."),
            };
        }
        catch (OptionsValidationException exception)
        {
            return Fail("The configuration is wrong:\n" + string.Join('\n', exception.Failures.Select(failure => "  - " + failure)));
        }
        catch (Exception exception) when (exception is InvalidOperationException or InvalidDataException or IOException)
        {
            return Fail(exception.Message);
        }
    }

    private static async Task<int> ServeAsync(string[] args)
    {
        await using var app = Server.Build(args);
        await app.RunAsync();
        return 0;
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
