using IdentityServer.Account;
using IdentityServer.Registrations;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>
/// Sees to it that a new server gets its administrator: the configured one, made before the first request, or whoever opens the
/// link that the console shows once the server listens.
/// </summary>
internal sealed class FirstAdministrator(IOptions<ServerOptions> options, Administrators administrators, SetupToken tokens, PublicAddress address)
    : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Administrator is not { } wanted || await administrators.ExistAsync(cancellationToken))
        {
            return;
        }

        var created = await administrators.CreateAsync(wanted.Email, fullName: null, wanted.Password, onlyFirst: true, cancellationToken);
        if (created.Failed(out var errors, out _) && !Administrators.IsRefusedAsSecond(errors))
        {
            throw new InvalidOperationException(
                "The configured administrator was refused: " + string.Join(' ', errors.Fields.Concat(errors.General).Select(error => error.Message)));
        }
    }

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!await administrators.ExistAsync(cancellationToken))
        {
            // On the console alone: logs are kept and read by others.
            await Console.Out.WriteLineAsync(
                $"\nThis server has no administrator yet. Create one within a day at\n\n  {address.Url(Paths.Setup)}?token={tokens.Issue()}\n");
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
