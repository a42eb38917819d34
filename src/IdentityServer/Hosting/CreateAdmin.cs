using System.Text;
using IdentityServer.Registrations;

namespace IdentityServer.Hosting;

/// <summary>The command <c>create-admin</c>, for whoever can reach the database. The password is never an argument: other users of the machine could read it.</summary>
internal static class CreateAdmin
{
    /// <summary>Runs the command.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var rest = args.ToList();
        var (email, name) = (CommandArguments.Take(rest, "--email"), CommandArguments.Take(rest, "--name"));
        if (string.IsNullOrWhiteSpace(email))
        {
            return Commands.Misused("create-admin needs --email <address>.");
        }

        await using var app = Server.Build([.. rest]);
        foreach (var startup in app.Services.GetServices<IHostedService>().OfType<Startup>())
        {
            await startup.StartingAsync(CancellationToken.None);
        }

        var password = Console.IsInputRedirected ? await Console.In.ReadLineAsync() : Ask("Password: ");
        var created = await app.Services.GetRequiredService<Administrators>()
            .CreateAsync(email, name, password ?? string.Empty, onlyFirst: false, CancellationToken.None);
        return created.Failed(out var errors, out var user)
            ? Commands.Fail(string.Join('\n', errors.Fields.Concat(errors.General).Select(error => error.Message)))
            : Commands.Say($"{user.Email} administers this server now.");
    }

    private static string Ask(string prompt)
    {
        Console.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key is ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (key.KeyChar != '\0')
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.WriteLine();
        return typed.ToString();
    }
}
