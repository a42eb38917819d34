using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Mail;
using IdentityServer.Users;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>Checks all settings at start and reports every problem in one message.</summary>
internal sealed class ServerOptionsValidator : IValidateOptions<ServerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(ServerOptions options)
    {
        foreach (var unreadable in options.Unreadable)
        {
            yield return unreadable;
        }

        if (options.PublicUrl is { } url && CheckPublicUrl(url) is { } wrongUrl)
        {
            yield return $"PublicUrl: {wrongUrl}";
        }

        if (string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            yield return "DataDirectory: must name a folder.";
        }

        if (options.Database.Provider is DatabaseProvider.Postgres && string.IsNullOrWhiteSpace(options.Database.ConnectionString))
        {
            yield return "Database:ConnectionString: is required with Database:Provider=postgres.";
        }

        if (options.Kickstart is { Length: > 0 } kickstart && !File.Exists(kickstart))
        {
            yield return $"Kickstart: there is no file '{kickstart}'.";
        }

        if (options.ThemesDirectory is { Length: > 0 } themes && !Directory.Exists(Path.Combine(themes, "default")))
        {
            yield return $"ThemesDirectory: '{themes}' holds no folder 'default'.";
        }

        if (options.MasterKey is { } key && !IsMasterKey(key))
        {
            yield return "MasterKey: must be 32 random bytes in base64, for instance from `openssl rand -base64 32`.";
        }

        if (options.Administrator is { } administrator)
        {
            if (!administrator.Email.Contains('@', StringComparison.Ordinal))
            {
                yield return "Administrator:Email: is not an e-mail address.";
            }

            if (administrator.Password.Length < 15)
            {
                yield return "Administrator:Password: must have at least 15 characters.";
            }
        }

        if (options.Passwords.BreachedFile is { Length: > 0 } breached && BreachedPasswords.Problem(breached) is { } problemOfFile)
        {
            yield return $"Passwords:BreachedFile: {problemOfFile}";
        }

        foreach (var proxy in options.TrustedProxies.Where(proxy => !IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _)))
        {
            yield return $"TrustedProxies: '{proxy}' is neither an address nor a network.";
        }

        foreach (var host in options.OutgoingHosts.Where(host => Uri.CheckHostName(host) is UriHostNameType.Unknown))
        {
            yield return $"OutgoingHosts: '{host}' is not a host name.";
        }

        foreach (var problem in OutOfRange("Sessions", options.Sessions).Concat(OutOfRange("Accounts", options.Accounts)).Concat(OutOfRange("TwoFactor", options.TwoFactor)).Concat(OutOfRange("Smtp", options.Smtp)).Concat(CheckSmtp(options.Smtp)))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> OutOfRange(string section, object settings)
    {
        var findings = new List<ValidationResult>();
        Validator.TryValidateObject(settings, new ValidationContext(settings), findings, validateAllProperties: true);
        return findings.Select(finding => $"{section}: {finding.ErrorMessage}");
    }

    private static IEnumerable<string> CheckSmtp(SmtpOptions smtp)
    {
        if (string.IsNullOrEmpty(smtp.Host))
        {
            yield break;
        }

        if (Uri.CheckHostName(smtp.Host) is UriHostNameType.Unknown)
        {
            yield return $"Smtp:Host: '{smtp.Host}' is not a host name.";
        }

        if (!MailAddress.TryCreate(smtp.From, out var from) || from.Address != smtp.From)
        {
            yield return "Smtp:From: must be the address that mails come from, such as login@example.com.";
        }

        if (smtp.FromName?.Any(char.IsControl) == true)
        {
            yield return "Smtp:FromName: must be on one line.";
        }

        if (string.IsNullOrEmpty(smtp.Username) != string.IsNullOrEmpty(smtp.Password))
        {
            yield return "Smtp:Username, Smtp:Password: are set together or not at all.";
        }

        if (!string.IsNullOrEmpty(smtp.Password) && smtp.Security is SmtpSecurity.None && smtp.Host is not ("localhost" or "127.0.0.1" or "::1"))
        {
            yield return "Smtp:Security: a password is not sent in clear; use starttls.";
        }
    }

    // OIDC Discovery §3: the issuer is an https URL without query or fragment; plain http serves loopback development only.
    private static string? CheckPublicUrl(string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") ? $"'{url}' is not an absolute http(s) URL."
        : uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0 ? "must have no query, fragment or user."
        : uri.AbsolutePath != "/" ? "must have no path; give the server a host of its own."
        : uri.Scheme == "http" && !uri.IsLoopback ? "must be https, unless the host is localhost."
        : null;

    private static bool IsMasterKey(string key)
    {
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(key, bytes, out var written) && written == 32;
    }
}
