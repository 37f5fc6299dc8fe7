# step: everywhere
kubectl scale daemonset log-agent --replicas=4
