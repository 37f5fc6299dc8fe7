# step: again
kubectl create deployment report --image=busybox:1.37 -- sh -c 'sleep 5; echo the report is written'
clock advance 60s
kubectl delete pod {{ pods.filter(p, p.metadata.name.startsWith('report-'))[0].metadata.name }} --wait=false
