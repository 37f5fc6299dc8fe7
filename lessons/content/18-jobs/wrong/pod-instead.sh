# step: again
kubectl run report --image=busybox:1.37 -- sh -c 'sleep 5; echo the report is written'
