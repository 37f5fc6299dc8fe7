# step: worlds
kubectl run visitor --image=busybox:1.37 --restart=Never -- wget -q -O - http://localhost
kubectl run visitor --image=busybox:1.37 --restart=Never -- wget -q -O - http://pair
