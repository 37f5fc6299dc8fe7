# step: names
kubectl run ask --image=busybox:1.37 --restart=Never -- nslookup db.default.svc.cluster.local
clock advance 10s
