namespace IdentityServer.Hosting;

/// <summary>Reads what a command has beside settings.</summary>
internal static class CommandArguments
{
    /// <summary>Takes the value of an argument out of the list; both "--email address" and "--email=address".</summary>
    public static string? Take(List<string> args, string name)
    {
        var index = args.FindIndex(arg => arg == name || arg.StartsWith(name + "=", StringComparison.Ordinal));
        if (index < 0)
        {
            return null;
        }

        var (value, count) = args[index].Length > name.Length ? (args[index][(name.Length + 1)..], 1)
            : index + 1 < args.Count ? (args[index + 1], 2)
            : (null, 1);
        args.RemoveRange(index, count);
        return value;
    }
}
